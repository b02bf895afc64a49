import test from 'ava';
import {Counters} from '../../../source/stores/memory/counters.ts';
import {RuleNumbers} from '../../../source/stores/memory/rule-numbers.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {limit} from '../contract/promised.ts';

test('each rule keeps its number, and no two have the same', t => {
	const numbers = new RuleNumbers();
	const ids = ['a', 'b', 'c', '__proto__'];

	t.deepEqual(
		ids.map(id => numbers.use(id, 10)),
		[0, 1, 2, 3],
	);
	t.deepEqual(
		ids.toReversed().map(id => numbers.use(id, 10)),
		[3, 2, 1, 0],
	);
	t.is(numbers.find('b'), 1);
	t.is(numbers.find('d'), undefined);
	t.is(numbers.find('d'), undefined, 'to look is not to use');
});

test('the rules that were used last are remembered, with their windows', t => {
	const numbers = new RuleNumbers(6);
	const [often, once] = [numbers.use('often', 7), numbers.use('once', 8)];
	for (let flood = 0; flood < 100; flood += 1) {
		numbers.use(`flood ${flood}`, 10);
		t.is(numbers.use('often', 7), often);
		t.is(numbers.windowOf(often), 7);
	}

	t.is(numbers.find('once'), undefined);
	t.is(numbers.windowOf(once), undefined);
	t.is(numbers.use('once', 8), 102, 'its old number may still stand in logs');
	t.true(numbers.drops > 30);
});

test('fixed rules are remembered for good, and their numbers are given to no other', t => {
	const numbers = new RuleNumbers(6, 10);
	const fixed = numbers.use('fixed', 7, true);
	const later = numbers.use('later', 8);
	t.false(numbers.isFixed(later));
	t.is(numbers.use('later', 8, true), later);
	for (let flood = 0; flood < 100; flood += 1) {
		t.false([fixed, later].includes(numbers.use(`flood ${flood}`, 10)));
	}

	t.deepEqual([numbers.find('fixed'), numbers.find('later')], [fixed, later]);
	t.deepEqual([numbers.windowOf(fixed), numbers.windowOf(later)], [7, 8]);
	t.true(numbers.isFixed(fixed) && numbers.isFixed(later));
	t.is(numbers.use('fixed', 7), fixed);
});

test('a number is given again at the end of all numbers, but never that of a rule that is remembered', t => {
	const numbers = new RuleNumbers(6, 10);
	const own = numbers.use('own', 7);
	const seen = [];
	for (let flood = 0; flood < 20; flood += 1) {
		seen.push(numbers.use(`flood ${flood}`, 10));
		t.is(numbers.use('own', 7), own);
		t.is(numbers.find(`flood ${flood}`), seen.at(-1));
	}

	t.is(own, 0);
	t.deepEqual(seen.slice(0, 18), [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a list of rules keeps its counters, however many other rules are used', t => {
	for (const used of ['always', 'now and then'] as const) {
		const counters = new Counters(10, new RuleNumbers(20));
		const rules = [limit(1, 10, 'x'), limit(1, 10, 'y')];
		const own = counters.ofRequests(rules).map(({number}) => number);
		for (let flood = 0; flood < 200; flood += 1) {
			counters.ofReports(limit(1, 10, `report ${flood}`));
			counters.ofRequests([limit(1, 10, `flood ${flood}`)]);
			if (used === 'always' || flood % 4 === 0) {
				t.deepEqual(
					counters.ofRequests(rules).map(({number}) => number),
					own,
				);
			}
		}

		t.deepEqual(
			counters.ofRequests([limit(1, 10, 'y'), limit(1, 10, 'x')]).map(({number}) => number),
			own.toReversed(),
			'an equal rule in another list has the same counter',
		);
	}
});

test('the only list in use keeps its counters, too', t => {
	const counters = new Counters(10, new RuleNumbers(20));
	const rules = [limit(1, 10, 'x')];
	const [own] = counters.ofRequests(rules);
	for (let flood = 0; flood < 200; flood += 1) {
		counters.ofReports(limit(1, 10, `report ${flood}`));
		t.is(counters.ofRequests(rules)[0]?.number, own?.number);
		// By its id, as an equal rule of another list finds it.
		t.is(counters.findOfRequests(limit(1, 10, 'x')), own?.number);
	}

	t.is(counters.findOfRequests(limit(1, 10, 'y')), undefined);
});

test('a list that is asked for again has the same counters, objects included', t => {
	const counters = new Counters(10);
	const [rules, others] = [[limit(1, 10, 'x')], [limit(1, 10, 'y')]];
	const own = counters.ofRequests(rules);
	t.is(counters.ofRequests(rules), own);
	counters.ofRequests(others);
	t.is(counters.ofRequests(rules), own);
	t.deepEqual(counters.ofRequests([]), []);
});

test('a log is over one window after its last event, or when its rule is forgotten', t => {
	const counters = new Counters(10, new RuleNumbers(4));
	const [{number} = {number: -1}] = counters.ofRequests([limit(1, 50, 'x')]);

	t.false(counters.isOver(number, 100, 149));
	t.true(counters.isOver(number, 100, 150));
	t.false(counters.isOver(counters.ofReports(limit(1, 50, 'x')).number, 100, 149));
	for (let flood = 0; flood < 10; flood += 1) {
		counters.ofRequests([limit(1, 50, `flood ${flood}`)]);
	}

	t.true(counters.isOver(number, 100, 149));
});

test.serial('rules that are made without end take a bounded amount of memory', t => {
	const counters = new Counters(10);
	const make = (from: number) => {
		for (let made = from; made < from + 100_000; made += 1) {
			counters.ofRequests([limit(1, 1000, `made for one request ${made}`)]);
		}

		return bytesHeld();
	};
	const before = bytesHeld();
	const full = make(0) - before;
	make(100_000);
	make(200_000);
	const later = make(300_000) - before;

	t.true(full < 20_000_000, `${full} bytes are held`);
	t.true(later < 20_000_000, `${later} bytes are held later`);
});
