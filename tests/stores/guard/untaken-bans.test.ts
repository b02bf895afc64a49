import test from 'ava';
import {GuardedStore} from '../../../source/stores/guard/guarded-store.ts';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {
	banRule,
	commandsOnly,
	failingLater,
	guard,
	readOnly,
	rejectsBans,
	unobserved,
} from '../../support/guarded-store.ts';

test("under 'memory', a ban by reports that began here ends at its time, whatever the store replies", async t => {
	const {guarded, pass} = guard(readOnly, 'memory');
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {reports: 1});
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	t.deepEqual(await guarded.report('a', banRule, {weight: 1, reason: 'login'}), {
		reports: 2,
		banEndsInMs: 500,
		begunForMs: 500,
	});

	for (let round = 0; round < 3; round += 1) {
		t.deepEqual(await guarded.admit('a', [], {}), {
			kind: 'banned',
			by: 'reports',
			reason: 'login',
			endsInMs: 500 - round,
		});
		t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {
			reports: 0,
			banEndsInMs: 500 - round,
		});
		t.is((await guarded.admit('a', [], {immune: true})).kind, 'admitted');
		t.is((await guarded.admit('b', [], {})).kind, 'admitted');
		pass(1);
	}

	pass(497);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

test('a manual ban that the store rejected holds here, whatever the store replies', async t => {
	const {guarded, pass} = guard({...readOnly, ...rejectsBans}, 'memory');
	await t.throwsAsync(guarded.commands.ban('a', {duration: 500, reason: 'spam'}));
	for (let round = 0; round < 3; round += 1) {
		t.deepEqual(await guarded.admit('a', [], {}), {
			kind: 'banned',
			by: 'hand',
			reason: 'spam',
			endsInMs: 500,
		});
	}

	pass(500);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	await t.throwsAsync(guarded.commands.ban('a', {duration: 500}));
	await guarded.commands.unban('a');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

test("the outcome of an operator's report shows a ban that the store has not taken", async t => {
	const {guarded} = guard(
		{...commandsOnly, ...rejectsBans, report: () => ({reports: 1})},
		'memory',
	);
	await guarded.ban('a', {duration: 1000, isTrap: true});
	t.deepEqual(await guarded.commands.report('a', banRule, {weight: 1}), {
		reports: 1,
		banEndsInMs: 1000,
	});
});

test("under 'memory', an operator can end or replace a ban by reports that began here", async t => {
	const {guarded} = guard(readOnly, 'memory');
	await guarded.report('a', banRule, {weight: 2});
	await guarded.commands.unban('a');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');

	await guarded.report('a', banRule, {weight: 2});
	await guarded.commands.ban('a', {duration: 9000});
	t.is(
		(await guarded.admit('a', [], {})).kind,
		'admitted',
		'the store, which has the ban, decides',
	);
});

test('a ban that began here holds although the clock fails', async t => {
	let clock = () => 5_000_000;
	const guarded = new GuardedStore(
		{...readOnly, clock: () => clock()},
		{policy: 'memory', timeout: 5, observer: unobserved},
	);
	await guarded.report('a', {...banRule, durations: [100_000]}, {weight: 2});
	for (const broken of [
		() => Number.NaN,
		() => {
			throw new Error('no clock');
		},
		() => Promise.reject(new Error('no clock')) as never,
		() => 0,
	]) {
		clock = broken;
		t.is((await guarded.admit('a', [], {})).kind, 'banned', String(broken));
	}
});

test('the ban of a trap that began here is no longer than its own duration, whatever ban it began beside', async t => {
	let isDown = false;
	let verdict: Verdict = {kind: 'banned', by: 'hand', endsInMs: Infinity};
	const admit = async () => {
		if (isDown) {
			throw new Error('down');
		}

		return verdict;
	};
	const {guarded, pass} = guard({...readOnly, ...rejectsBans, admit}, 'memory');
	t.like(await guarded.admit('a', [], {}), verdict);
	isDown = true;
	t.deepEqual(await guarded.ban('a', {duration: 1000, isTrap: true}), {banEndsInMs: Infinity});
	isDown = false;
	verdict = {kind: 'admitted', quotas: []};
	t.like(await guarded.admit('a', [], {}), {kind: 'banned', endsInMs: 1000});
	pass(1000);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted', 'an operator ended the other ban');
});

test('the bans in verdicts of the store, however many, replace no ban that began here', async t => {
	const banned: Verdict = {kind: 'banned', by: 'reports', endsInMs: 9000};
	const {guarded} = guard(
		{...readOnly, admit: client => (client === 'a' ? {kind: 'admitted', quotas: []} : banned)},
		'memory',
	);
	await guarded.report('a', {...banRule, durations: [9000]}, {weight: 2});
	for (let index = 0; index < 100_001; index += 1) {
		guarded.admit(`${index}`, [], {});
	}

	t.is((await guarded.admit('a', [], {})).kind, 'banned');
});

test("trap hits, however many, end no operator's ban that the store did not take", async t => {
	const {guarded} = guard({...readOnly, ...rejectsBans}, 'memory');
	await t.throwsAsync(guarded.commands.ban('a', {duration: Infinity}));
	await floodOfTraps(guarded);

	t.is((await guarded.admit('a', [], {})).kind, 'banned');
	t.is((await guarded.admit('100000', [], {})).kind, 'banned');
	t.is((await guarded.admit('0', [], {})).kind, 'admitted');
});

test("bans by hand in verdicts of the store, however many, end no operator's ban of this process", async t => {
	const banned: Verdict = {kind: 'banned', by: 'hand', endsInMs: 9000};
	const {guarded, fail} = failingLater({admit: () => banned});
	await guarded.commands.ban('a', {duration: 9000});
	guarded.admit('a', [], {});
	for (let index = 0; index < 100_001; index += 1) {
		guarded.admit(`${index}`, [], {});
	}

	fail();
	t.is(
		(await guarded.admit('a', [], {})).kind,
		'banned',
		'not even its own ban in a verdict moves it',
	);
	t.is((await guarded.admit('100000', [], {})).kind, 'banned');
	t.is((await guarded.admit('0', [], {})).kind, 'admitted');
});

test("the bans of traps that the store has taken end no operator's ban of this process", async t => {
	const {guarded, fail} = failingLater({});
	await guarded.commands.ban('a', {duration: 9000});
	await floodOfTraps(guarded);

	fail();
	t.is((await guarded.admit('a', [], {})).kind, 'banned');
	t.is((await guarded.admit('100000', [], {})).kind, 'banned');
	t.is((await guarded.admit('0', [], {})).kind, 'admitted');
});

/** One client more hits a trap than there is room for. */
async function floodOfTraps(guarded: GuardedStore): Promise<void> {
	for (let index = 0; index < 100_001; index += 1) {
		await guarded.ban(`${index}`, {duration: 9000, isTrap: true});
	}
}
