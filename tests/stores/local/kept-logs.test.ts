import test from 'ava';
import {OpenedLedger} from '../../support/local/ledger.ts';
import {limit} from '../contract/promised.ts';

test('the log of a rule that has become fixed stays, however many rules are made up for its client', t => {
	const opened = new OpenedLedger();
	const plan = limit(2, 600_000, 'plan');
	const ask = (isFixed: boolean, now: number) =>
		opened.do(ledger => ledger.admit('a', [{...plan, isFixed}], {}, now)).kind;
	t.deepEqual([ask(false, 0), ask(true, 1), ask(true, 2)], ['admitted', 'admitted', 'limited']);
	for (let made = 0; made < 1100; made += 100) {
		const rules = Array.from({length: 100}, (_, index) => limit(9, 600_000, `${made + index}`));
		opened.do(ledger => ledger.admit('a', rules, {}, 3 + made));
	}

	t.is(ask(true, 2000), 'limited');
});
