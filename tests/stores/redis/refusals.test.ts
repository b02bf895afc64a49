import test from 'ava';
import {Refusals} from '../../../source/stores/redis/reply-cache/refusals.ts';
import type {Banned, Limited} from '../../../source/stores/store.ts';
import {bannedBy, limit, limitedBy, quota} from '../contract/promised.ts';

const fast = limit(1, 300, 'fast');
const slow = limit(5, 5000, 'slow');
const rules = [fast, slow];
const limited = limitedBy(quota(fast, 0, 300), quota(slow, 0, 2000)) as Limited;
const banned = bannedBy('hand', 700, 'spam') as Banned;

function remembering(verdict: Banned | Limited = limited, isImmune = false): Refusals {
	const refusals = new Refusals();
	refusals.remember('a', {verdict, rules, isImmune, askedAt: 10}, 10);

	return refusals;
}

test('a refusal is told again, with the time that is left', t => {
	const refusals = remembering();

	t.deepEqual(refusals.find('a', rules, false, 110.7), {
		kind: 'limited',
		quotas: [quota(fast, 0, 200), quota(slow, 0, 1900)],
	});
	t.deepEqual(remembering(banned).find('a', rules, false, 110), bannedBy('hand', 600, 'spam'));
	t.is(refusals.find('b', rules, false, 110), undefined);
});

test('a rule that is no longer full is told no more', t => {
	const refusals = remembering();

	t.deepEqual(refusals.find('a', rules, false, 310), limitedBy(quota(slow, 0, 1700)));
});

test('when nothing is full any more, or the ban has ended, the store is asked', t => {
	const refusals = remembering({kind: 'limited', quotas: [quota(fast, 0, 300)]});

	t.truthy(refusals.find('a', rules, false, 309));
	t.is(refusals.find('a', rules, false, 310), undefined);
	t.is(remembering(banned).find('a', rules, false, 710), undefined);
});

test('a refusal is believed for a second', t => {
	const refusals = remembering();
	t.truthy(refusals.find('a', rules, false, 809));
	t.is(refusals.find('a', rules, false, 810), undefined, 'one request asks anew');
	t.truthy(refusals.find('a', rules, false, 810), 'for all others');
	t.truthy(refusals.find('a', rules, false, 1009));
	t.is(refusals.find('a', rules, false, 1010), undefined);
	t.is(remembering().find('a', rules, false, 1010), undefined);
	t.is(remembering().find('a', rules, false, 9), undefined, 'nor by a clock that has gone back');
});

test('a second begins with the question, the time left with the answer', t => {
	const refusals = new Refusals();
	refusals.remember('a', {verdict: limited, rules, isImmune: false, askedAt: 10}, 510);

	t.deepEqual(refusals.find('a', [fast, slow], false, 610), {
		kind: 'limited',
		quotas: [quota(fast, 0, 200), quota(slow, 0, 1900)],
	});
	t.is(refusals.find('a', rules, false, 1010), undefined);
});

test('an admission under other rules leaves a limit, and no ban', t => {
	const refusals = remembering();
	refusals.counted('a', [limit(9, 9, 'other')]);
	t.truthy(refusals.find('a', rules, false, 10));
	refusals.counted('a', [limit(9, 9, 'other'), slow]);
	t.is(refusals.find('a', rules, false, 10), undefined);

	const bans = remembering(banned);
	bans.counted('a', [limit(9, 9, 'other')]);
	t.is(bans.find('a', rules, false, 10), undefined);
});

test('a limit is told to the same question alone, a ban to every one that it may refuse', t => {
	t.truthy(remembering().find('a', [fast, slow], false, 10));
	t.is(remembering().find('a', [fast], false, 10), undefined);
	t.is(remembering().find('a', [slow, fast], false, 10), undefined);
	t.is(remembering(limited, true).find('a', rules, false, 10), undefined);
	t.truthy(remembering(banned).find('a', [], false, 10));
	t.is(remembering(banned).find('a', rules, true, 10), undefined);
});

test('refusals by several lists of rules are remembered side by side, the first of them', t => {
	const refusals = new Refusals();
	const lists = Array.from({length: 18}, (_, index) => [limit(1, 300, `route ${index}`)]);
	for (const list of lists) {
		const [first = fast] = list;
		const verdict: Limited = {kind: 'limited', quotas: [quota(first, 0, 300)]};
		refusals.remember('a', {verdict, rules: list, isImmune: false, askedAt: 10}, 10);
	}

	t.deepEqual(
		lists.map(list => refusals.find('a', list, false, 10) !== undefined),
		[...Array(16).fill(true), false, false],
	);
	const last = {verdict: limited, rules, isImmune: false, askedAt: 1010};
	refusals.remember('a', last, 1010);
	t.truthy(
		refusals.find('a', rules, false, 1010),
		'in the place of those that are believed no more',
	);
});

test('what no ban could refuse is remembered beside what one could', t => {
	const refusals = remembering();
	refusals.remember('a', {verdict: limited, rules, isImmune: true, askedAt: 10}, 10);

	t.truthy(refusals.find('a', rules, false, 20));
	t.truthy(refusals.find('a', rules, true, 20));
});

test('a ban is remembered in place of any number of limits', t => {
	const refusals = new Refusals();
	for (let index = 0; index < 16; index += 1) {
		const list = [limit(1, 300, `route ${index}`)];
		refusals.remember('a', {verdict: limited, rules: list, isImmune: false, askedAt: 10}, 10);
	}

	refusals.remember('a', {verdict: banned, rules: [], isImmune: false, askedAt: 20}, 20);
	t.is(refusals.find('a', [], false, 30)?.kind, 'banned');
	t.is(refusals.find('a', [limit(1, 300, 'route 3')], false, 30)?.kind, 'banned');
});

test('what is forgotten is asked again', t => {
	const refusals = remembering();
	refusals.forget('a');

	t.is(refusals.find('a', rules, false, 10), undefined);
});

test('however many are refused, only so many are remembered, the last of them', t => {
	const refusals = new Refusals();
	for (let index = 0; index < 100_000; index += 1) {
		refusals.remember(`${index}`, {verdict: banned, rules, isImmune: false, askedAt: 10}, 10);
	}

	const known = Array.from({length: 100_000}, (_, index) => `${index}`).filter(client =>
		refusals.find(client, rules, false, 10),
	);
	t.true(known.length <= 20_000 && known.length >= 10_000, `${known.length} are remembered`);
	t.is(known.at(-1), '99999');
});
