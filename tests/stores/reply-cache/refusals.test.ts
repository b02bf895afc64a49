import test from 'ava';
import {Refusals} from '../../../source/stores/reply-cache/refusals.ts';
import type {Banned, Limited} from '../../../source/stores/verdict.ts';
import {bannedBy, limit, limitedBy, quota} from '../contract/promised.ts';

const fast = limit(1, 300, 'fast');
const slow = limit(5, 5000, 'slow');
const rules = [fast, slow];
const limited = limitedBy(quota(fast, 0, 300), quota(slow, 0, 2000)) as Limited;
const banned = bannedBy('hand', 700, 'spam') as Banned;

function remembering(verdict: Banned | Limited = limited, immune = false): Refusals {
	const refusals = new Refusals();
	refusals.remember('a', {verdict, rules, options: {immune}, askedAt: 10, unchangedForMs: []}, 10);

	return refusals;
}

test('a remembered refusal has the time that is left', t => {
	const refusals = remembering();

	t.deepEqual(refusals.find('a', rules, {}, 110.7), {
		kind: 'limited',
		quotas: [quota(fast, 0, 200), quota(slow, 0, 1900)],
	});
	t.deepEqual(remembering(banned).find('a', rules, {}, 110), bannedBy('hand', 600, 'spam'));
	t.is(refusals.find('b', rules, {}, 110), undefined);
});

test('a rule that is no longer full is not in the refusal', t => {
	const refusals = remembering();

	t.deepEqual(refusals.find('a', rules, {}, 310), limitedBy(quota(slow, 0, 1700)));
});

test('a refusal is forgotten when no rule is full any more, or the ban has ended', t => {
	const refusals = remembering({kind: 'limited', quotas: [quota(fast, 0, 300)]});

	t.truthy(refusals.find('a', rules, {}, 309));
	t.is(refusals.find('a', rules, {}, 310), undefined);
	t.is(remembering(banned).find('a', rules, {}, 710), undefined);
});

test('a refusal is remembered for a second', t => {
	const refusals = remembering();
	t.truthy(refusals.find('a', rules, {}, 809));
	t.is(refusals.find('a', rules, {}, 810), undefined, 'one request asks again');
	refusals.belief('a', rules, {}, 810)?.renew(undefined, 810);
	t.truthy(refusals.find('a', rules, {}, 810), 'the others do not');
	t.truthy(refusals.find('a', rules, {}, 1009));
	t.is(refusals.find('a', rules, {}, 1010), undefined);
	t.is(remembering().find('a', rules, {}, 1010), undefined);
	t.is(remembering().find('a', rules, {}, 9), undefined, 'the clock has gone back');
});

test('the second begins with the question, and the time that is left with the reply', t => {
	const refusals = new Refusals();
	refusals.remember(
		'a',
		{verdict: limited, rules, options: {}, askedAt: 10, unchangedForMs: []},
		510,
	);

	t.deepEqual(refusals.find('a', [fast, slow], {}, 610), {
		kind: 'limited',
		quotas: [quota(fast, 0, 200), quota(slow, 0, 1900)],
	});
	t.is(refusals.find('a', rules, {}, 1010), undefined);
});

test('an admission that was not counted deletes the refusals that say otherwise', t => {
	const refusals = remembering(banned);
	refusals.disprove('a', [], {immune: true}, 10);
	t.truthy(refusals.find('a', [], {}, 10));
	refusals.disprove('a', [], {}, 10);
	t.is(refusals.find('a', [], {}, 10), undefined);
});

test('a limit that is found later deletes a remembered ban', t => {
	const refusals = remembering(banned);
	const other = [limit(1, 300, 'other')];
	refusals.remember(
		'a',
		{verdict: limited, rules: other, options: {}, askedAt: 20, unchangedForMs: []},
		20,
	);

	t.is(refusals.find('a', other, {}, 20)?.kind, 'limited');
	t.is(refusals.find('a', rules, {}, 20), undefined);
});

test('an admission under other rules deletes a remembered ban, but not a limit', t => {
	const refusals = remembering();
	refusals.counted('a', [limit(9, 9, 'other')]);
	t.truthy(refusals.find('a', rules, {}, 10));
	refusals.counted('a', [limit(9, 9, 'other'), slow]);
	t.is(refusals.find('a', rules, {}, 10), undefined);

	const bans = remembering(banned);
	bans.counted('a', [limit(9, 9, 'other')]);
	t.is(bans.find('a', rules, {}, 10), undefined);
});

test('a limit is found only by the same question, and a ban by every question that it can refuse', t => {
	t.truthy(remembering().find('a', [fast, slow], {}, 10));
	t.is(remembering().find('a', [fast], {}, 10), undefined);
	t.is(remembering().find('a', [slow, fast], {}, 10), undefined);
	t.is(remembering(limited, true).find('a', rules, {}, 10), undefined);
	t.truthy(remembering(banned).find('a', [], {}, 10));
	t.is(remembering(banned).find('a', rules, {immune: true}, 10), undefined);
});

test('the first 16 refusals of a client by different lists of rules are remembered', t => {
	const refusals = new Refusals();
	const lists = Array.from({length: 18}, (_, index) => [limit(1, 300, `route ${index}`)]);
	for (const list of lists) {
		const [first = fast] = list;
		const verdict: Limited = {kind: 'limited', quotas: [quota(first, 0, 300)]};
		refusals.remember(
			'a',
			{verdict, rules: list, options: {}, askedAt: 10, unchangedForMs: []},
			10,
		);
	}

	t.deepEqual(
		lists.map(list => refusals.find('a', list, {}, 10) !== undefined),
		[...Array(16).fill(true), false, false],
	);
	const last = {verdict: limited, rules, options: {}, askedAt: 1010, unchangedForMs: []};
	refusals.remember('a', last, 1010);
	t.truthy(refusals.find('a', rules, {}, 1010), 'in place of those that are older than a second');
});

test('the refusals of immune requests are remembered separately', t => {
	const refusals = remembering();
	refusals.remember(
		'a',
		{verdict: limited, rules, options: {immune: true}, askedAt: 10, unchangedForMs: []},
		10,
	);

	t.truthy(refusals.find('a', rules, {}, 20));
	t.truthy(refusals.find('a', rules, {immune: true}, 20));
});

test('a ban replaces any number of remembered limits', t => {
	const refusals = new Refusals();
	for (let index = 0; index < 16; index += 1) {
		const list = [limit(1, 300, `route ${index}`)];
		refusals.remember(
			'a',
			{verdict: limited, rules: list, options: {}, askedAt: 10, unchangedForMs: []},
			10,
		);
	}

	refusals.remember(
		'a',
		{verdict: banned, rules: [], options: {}, askedAt: 20, unchangedForMs: []},
		20,
	);
	t.is(refusals.find('a', [], {}, 30)?.kind, 'banned');
	t.is(refusals.find('a', [limit(1, 300, 'route 3')], {}, 30)?.kind, 'banned');
});

test('a refusal can be forgotten', t => {
	const refusals = remembering();
	refusals.forget('a');

	t.is(refusals.find('a', rules, {}, 10), undefined);
});

test('of any number of refused clients, only the last 10,000 to 20,000 are remembered', t => {
	const refusals = new Refusals();
	for (let index = 0; index < 100_000; index += 1) {
		refusals.remember(
			`${index}`,
			{verdict: banned, rules, options: {}, askedAt: 10, unchangedForMs: []},
			10,
		);
	}

	const known = Array.from({length: 100_000}, (_, index) => `${index}`).filter(client =>
		refusals.find(client, rules, {}, 10),
	);
	t.true(known.length <= 20_000 && known.length >= 10_000, `${known.length} are remembered`);
	t.is(known.at(-1), '99999');
});

test('a refusal is found until it is over by its own time, to be renewed', t => {
	const refusals = remembering(banned);

	t.truthy(refusals.belief('a', [], {}, 709));
	t.is(refusals.belief('a', [], {}, 710), undefined);
	t.is(refusals.belief('a', [], {immune: true}, 20), undefined);
	t.truthy(remembering().belief('a', rules, {}, 2009));
	t.is(remembering().belief('a', rules, {}, 2010), undefined);
});
