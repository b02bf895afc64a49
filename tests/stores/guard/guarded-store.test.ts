import {setImmediate, setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {
	GuardedVerdict,
	StoreErrorPolicy,
} from '../../../source/stores/guard/failure-policy.ts';
import {GuardedStore} from '../../../source/stores/guard/guarded-store.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {ReportOutcome, Store, Verdict} from '../../../source/stores/store.ts';

type Answer = () => Promise<never>;

const rule: Rule = {name: 'global', count: 2, window: 1000, id: '2/1000/global'};
const banRule: SettledBanRule = {
	name: 'ban',
	count: 2,
	window: 1000,
	id: '2/1000/ban',
	duration: 500,
};

const policies: readonly StoreErrorPolicy[] = ['memory', 'open', 'closed'];
const failures: Readonly<Record<string, Answer>> = {
	throws: () => {
		throw new Error('down');
	},
	rejects: () => Promise.reject(new Error('down')),
	'never answers': () => new Promise(() => {}),
};

/** What three requests get while the store fails. */
const decisions: Readonly<Record<StoreErrorPolicy, readonly GuardedVerdict[]>> = {
	memory: [
		{kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 1000}]},
		{kind: 'admitted', quotas: [{rule, remaining: 0, freesInMs: 1000}]},
		{kind: 'limited', quotas: [{rule, remaining: 0, freesInMs: 1000}]},
	],
	open: Array(3).fill({kind: 'admitted', quotas: []}),
	closed: Array(3).fill({kind: 'unavailable'}),
};

/** What three reports come to while the store fails. */
const outcomes: Readonly<Record<StoreErrorPolicy, readonly ReportOutcome[]>> = {
	memory: [{reports: 1}, {reports: 2, banEndsInMs: 500}, {reports: 0, banEndsInMs: 500}],
	open: Array(3).fill({reports: 0}),
	closed: Array(3).fill({reports: 0}),
};

test('under `memory`, bans and requests are one memory', async t => {
	const {guarded, pass} = guard({...silentStore, ...refusing}, 'memory');
	await guarded.report('a', banRule, {weight: 2, reason: 'login'});

	t.deepEqual(await guarded.admit('a', [rule], {}), {
		kind: 'banned',
		by: 'reports',
		reason: 'login',
		endsInMs: 500,
	});
	t.is((await guarded.admit('a', [rule], {immune: true})).kind, 'admitted');
	t.is((await guarded.admit('b', [rule], {})).kind, 'admitted');
	pass(500);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
	t.is((await guarded.admit('a', [rule], {})).kind, 'limited');
});

test('under `memory` the rules hold exactly as in a MemoryStore, by the clock of the store', async t => {
	const steps = fc.array(
		fc.record({
			pass: fc.constantFrom(0, 0, 1, 499, 500, 999, 1000),
			asks: fc.constantFrom('admit', 'late', 'report'),
		}),
		{maxLength: 40, size: 'max'},
	);
	const agrees = fc.asyncProperty(steps, async all => {
		const {guarded, clock, pass} = guard({...silentStore, ...refusing}, 'memory');
		const memory = new MemoryStore({clock});

		for (const step of all) {
			pass(step.pass);
			const ask = (store: GuardedStore | MemoryStore) =>
				step.asks === 'report'
					? store.report('a', banRule, {weight: 1})
					: store.admit('a', [rule], {late: step.asks === 'late'});
			if (JSON.stringify(await ask(guarded)) !== JSON.stringify(ask(memory))) {
				return false;
			}
		}

		return true;
	});

	await t.notThrowsAsync(() => fc.assert(agrees, {numRuns: 500}));
});

test('under `memory`, a store without a clock of its own is stood in for by a monotonic one', async t => {
	const {clock: _, ...clockless} = {...silentStore, ...refusing};
	const guarded = new GuardedStore(clockless, {policy: 'memory', timeout: 5, warn: () => {}});
	const hour = {...rule, window: 3_600_000, id: '2/3600000/global'};

	t.is((await guarded.admit('a', [hour], {})).kind, 'admitted');
	t.is((await guarded.admit('a', [hour], {})).kind, 'admitted');
	t.is((await guarded.admit('a', [hour], {})).kind, 'limited');
});

test('what the operator undoes is undone in what was decided meanwhile, too', async t => {
	const {guarded} = guard({...silentStore, ...refusing}, 'memory');
	const spend = async (client: string) => {
		await guarded.report(client, banRule, {weight: 2});
		await guarded.admit(client, [rule], {immune: true});
		await guarded.admit(client, [rule], {immune: true});
	};
	await spend('a');
	await spend('b');

	await guarded.commands.reset('a');
	t.is((await guarded.admit('a', [rule], {})).kind, 'banned', 'a ban stays');
	await guarded.commands.unban('a');
	t.deepEqual(await guarded.admit('a', [rule], {}), decisions.memory[0]);
	t.is((await guarded.admit('b', [rule], {})).kind, 'banned');
	await guarded.commands.unban('b');
	t.is((await guarded.admit('b', [rule], {})).kind, 'limited', 'the counts stay');
	await guarded.commands.close();
	t.deepEqual(await guarded.admit('b', [rule], {}), decisions.memory[0]);
});

test('a store that answers at once is not waited for', t => {
	const verdict: Verdict = {kind: 'banned', by: 'hand', endsInMs: 7};
	const outcome: ReportOutcome = {reports: 5, banEndsInMs: 6};
	const {guarded, warnings} = guard(
		{...silentStore, admit: () => verdict, report: () => outcome},
		'closed',
	);

	t.deepEqual(guarded.admit('a', [rule], {}), verdict);
	t.deepEqual(guarded.report('a', banRule, {weight: 1}), outcome);
	t.deepEqual(warnings, []);
});

test('a store is asked what the guard was asked', t => {
	const questions: unknown[] = [];
	const {guarded} = guard(
		{
			...silentStore,
			admit: (...question) => {
				questions.push(question);
				return {kind: 'admitted', quotas: []};
			},
			report: (...question) => {
				questions.push(question);
				return {reports: 1};
			},
		},
		'closed',
	);
	guarded.admit('a', [rule], {late: true, immune: true});
	guarded.report('b', banRule, {weight: 2, reason: 'login'});

	t.deepEqual(questions, [
		['a', [rule], {late: true, immune: true}],
		['b', banRule, {weight: 2, reason: 'login'}],
	]);
});

test('a store that is well again decides again', async t => {
	let isDown = true;
	const {guarded} = guard(
		{
			...silentStore,
			admit: async () => {
				if (isDown) {
					throw new Error('down');
				}

				return {kind: 'admitted', quotas: []};
			},
		},
		'closed',
	);

	t.deepEqual(await guarded.admit('a', [rule], {}), {kind: 'unavailable'});
	isDown = false;
	t.deepEqual(await guarded.admit('a', [rule], {}), {kind: 'admitted', quotas: []});
});

test('under `memory`, a ban that the store has told of holds while it fails, and ends as told', async t => {
	const {guarded, pass, fail} = failable([
		{kind: 'banned', by: 'reports', reason: 'login', endsInMs: 500},
	]);
	await guarded.admit('a', [rule], {});
	fail();

	pass(200);
	t.deepEqual(await guarded.admit('a', [rule], {}), {
		kind: 'banned',
		by: 'reports',
		reason: 'login',
		endsInMs: 300,
	});
	t.is((await guarded.admit('b', [rule], {})).kind, 'admitted');
	pass(300);
	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('under `memory`, a ban that the store tells of no more is none here', async t => {
	const banned: Verdict = {kind: 'banned', by: 'hand', endsInMs: Infinity};
	const {guarded, fail} = failable([banned, {kind: 'admitted', quotas: []}]);
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {});
	fail();

	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
});

test('under `memory`, what an immune request is told says nothing of a ban', async t => {
	const banned: Verdict = {kind: 'banned', by: 'hand', endsInMs: Infinity};
	const {guarded, fail} = failable([banned, {kind: 'admitted', quotas: []}]);
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {immune: true});
	fail();

	t.is((await guarded.admit('a', [rule], {})).kind, 'banned');
});

test('under `memory`, a ban by reports or by hand holds here from when the store has it', async t => {
	const {guarded, fail} = failable([{reports: 2, banEndsInMs: 500}]);
	await guarded.report('a', banRule, {weight: 2, reason: 'login'});
	await guarded.commands.ban('b', {duration: 600, reason: 'spam'});
	fail();

	t.like(await guarded.admit('a', [rule], {}), {by: 'reports', reason: 'login', endsInMs: 500});
	t.like(await guarded.admit('b', [rule], {}), {by: 'hand', reason: 'spam', endsInMs: 600});
});

test('a verdict that was asked for before the operator changed a ban says nothing after it', async t => {
	const replies = new Map<string, (verdict: Verdict) => void>();
	let isDown = false;
	const {guarded} = guard(
		{
			...silentStore,
			admit: client => {
				if (isDown) {
					throw new Error('down');
				}

				return new Promise(resolve => {
					replies.set(client, resolve);
				});
			},
		},
		'memory',
		1000,
	);
	const asked = [guarded.admit('a', [rule], {}), guarded.admit('b', [rule], {})];
	await guarded.commands.unban('a');
	await guarded.commands.ban('b', {duration: 600});
	replies.get('a')?.({kind: 'banned', by: 'hand', endsInMs: Infinity});
	replies.get('b')?.({kind: 'admitted', quotas: []});
	t.deepEqual(
		(await Promise.all(asked)).map(({kind}) => kind),
		['banned', 'admitted'],
	);
	isDown = true;

	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
	t.is((await guarded.admit('b', [rule], {})).kind, 'banned');
});

/** A store that answers requests, and fails to take reports: a server that can only be read. */
const readOnly: Partial<Store> = {
	admit: async () => ({kind: 'admitted', quotas: []}),
	report: async () => {
		throw new Error('READONLY');
	},
};

test('under `memory`, a ban that reports led to here is ended by its time, not by the store’s word', async t => {
	const {guarded, pass} = guard({...silentStore, ...readOnly}, 'memory');
	t.deepEqual(await guarded.report('a', banRule, {weight: 1}), {reports: 1});
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	t.deepEqual(await guarded.report('a', banRule, {weight: 1, reason: 'login'}), {
		reports: 2,
		banEndsInMs: 500,
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

test('under `memory`, an operator ends or replaces a ban that reports led to here', async t => {
	const {guarded} = guard({...silentStore, ...readOnly}, 'memory');
	await guarded.report('a', banRule, {weight: 2});
	await guarded.commands.unban('a');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');

	await guarded.report('a', banRule, {weight: 2});
	await guarded.commands.ban('a', {duration: 9000});
	t.is(
		(await guarded.admit('a', [], {})).kind,
		'admitted',
		'it is the store’s word that counts again',
	);
});

test('under `closed`, a report that the store does not take refuses all for a second', async t => {
	const {guarded, pass} = guard({...silentStore, ...readOnly}, 'closed');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	await guarded.report('a', banRule, {weight: 1});
	t.is((await guarded.admit('a', [], {})).kind, 'unavailable');
	pass(999);
	t.is((await guarded.admit('b', [], {})).kind, 'unavailable');
	pass(1);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

test('under `memory`, a ban that a store tells of at once holds while it fails, too', t => {
	let isDown = false;
	const {guarded} = guard(
		{
			...silentStore,
			admit: () => {
				if (isDown) {
					throw new Error('down');
				}

				return {kind: 'banned', by: 'hand', endsInMs: 500};
			},
		},
		'memory',
	);
	guarded.admit('a', [], {});
	isDown = true;

	t.like(guarded.admit('a', [], {}), {kind: 'banned', endsInMs: 500});
});

test('a ban that began here outlasts a clock that fails', async t => {
	let clock = () => 5_000_000;
	const store: Store = {...silentStore, ...readOnly, clock: () => clock()};
	const guarded = new GuardedStore(store, {policy: 'memory', timeout: 5, warn: () => {}});
	await guarded.report('a', {...banRule, duration: 100_000}, {weight: 2});
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

test('bans that the store tells of push out none that began here', async t => {
	const banned: Verdict = {kind: 'banned', by: 'reports', endsInMs: 9000};
	const {guarded} = guard(
		{
			...silentStore,
			...readOnly,
			admit: client => (client === 'a' ? {kind: 'admitted', quotas: []} : banned),
		},
		'memory',
	);
	await guarded.report('a', {...banRule, duration: 9000}, {weight: 2});
	for (let index = 0; index < 100_001; index += 1) {
		guarded.admit(`${index}`, [], {});
	}

	t.is((await guarded.admit('a', [], {})).kind, 'banned');
});

test('gates of any policy hear of what operators do; the last one that closes forgets it', async t => {
	const store: Store = {...silentStore, ...refusing};
	const gate = (policy: StoreErrorPolicy) =>
		new GuardedStore(store, {policy, timeout: 5, warn: () => {}});
	const [memory, open, other] = [gate('memory'), gate('open'), gate('memory')];

	await open.commands.ban('a', {duration: 1000});
	t.is((await memory.admit('a', [], {})).kind, 'banned');
	await open.commands.unban('a');
	t.is((await memory.admit('a', [], {})).kind, 'admitted');
	Object.assign(store, refusingBans);
	await t.throwsAsync(open.commands.ban('a', {duration: 1000}));
	await other.commands.close();
	t.is((await memory.admit('a', [], {})).kind, 'banned');
	await memory.commands.close();
	await open.commands.close();
	t.is((await memory.admit('a', [], {})).kind, 'admitted');
});

test('under `closed`, nobody is let in unasked while the store is left alone', async t => {
	const {guarded} = guard({...silentStore, ...refusing}, 'closed');
	t.is((await guarded.admit('nobody', [], {immune: true})).kind, 'admitted');
	for (let failure = 0; failure < 5; failure += 1) {
		await guarded.admit('a', [], {});
	}

	t.is((await guarded.admit('nobody', [], {immune: true})).kind, 'unavailable');
});

test('under `closed`, all gates on the store are closed together', async t => {
	const store: Store = {...silentStore, ...readOnly, clock: () => 0};
	const gate = (policy: StoreErrorPolicy) =>
		new GuardedStore(store, {policy, timeout: 5, warn: () => {}});
	const [one, other, open] = [gate('closed'), gate('closed'), gate('open')];

	await one.report('a', banRule, {weight: 1});
	t.is((await other.admit('a', [], {})).kind, 'unavailable');
	t.is((await open.admit('a', [], {})).kind, 'admitted');
});

test('an admission that was asked for before a report does not end the ban that it led to', async t => {
	const answers: Array<(answer: never) => void> = [];
	let isDown = false;
	const slow = () => {
		if (isDown) {
			throw new Error('down');
		}

		return new Promise<never>(resolve => {
			answers.push(resolve);
		});
	};
	const {guarded} = guard({...silentStore, admit: slow, report: slow}, 'memory', 1000);
	const admission = guarded.admit('a', [], {});
	const report = guarded.report('a', banRule, {weight: 2});
	answers[1]?.({reports: 2, banEndsInMs: 500} as never);
	await report;
	answers[0]?.({kind: 'admitted', quotas: []} as never);
	await admission;
	isDown = true;

	t.is((await guarded.admit('a', [], {})).kind, 'banned');
});

test('a gate that is closed twice takes nothing from another', async t => {
	const store: Store = {...silentStore, ...refusing, ...refusingBans};
	const gate = () => new GuardedStore(store, {policy: 'memory', timeout: 5, warn: () => {}});
	const [one, other] = [gate(), gate()];
	await t.throwsAsync(one.commands.ban('a', {duration: 1000}));
	await other.commands.close();
	await other.commands.close();

	t.is((await one.admit('a', [], {})).kind, 'banned');
});

test('all gates on a store have one memory while it fails', async t => {
	const store: Store = {...silentStore, ...refusing, ...refusingBans};
	const options = {policy: 'memory', timeout: 5, warn: () => {}} as const;
	const [one, other] = [new GuardedStore(store, options), new GuardedStore(store, options)];

	await t.throwsAsync(one.commands.ban('a', {duration: 1000}));
	t.is((await other.admit('a', [], {})).kind, 'banned');
	await other.commands.unban('a');
	t.is((await one.admit('a', [], {})).kind, 'admitted');
});

test('what an operator has changed at one gate, no answer in flight at another undoes', async t => {
	const slow = slowStore();
	const options = {policy: 'memory', timeout: 1000, warn: () => {}} as const;
	const [one, other] = [
		new GuardedStore(slow.store, options),
		new GuardedStore(slow.store, options),
	];

	const asked = one.admit('a', [], {});
	await other.commands.unban('a');
	slow.answerAll();
	t.is((await asked).kind, 'banned');
	const failing = one.admit('a', [], {});
	slow.rejectAll();
	t.is((await failing).kind, 'admitted');
});

test('a ban by hand that the store has not taken holds here, whatever the store says', async t => {
	const {guarded, pass} = guard({...silentStore, ...readOnly, ...refusingBans}, 'memory');
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

test.serial(
	'a store that remembers a promise is asked, and its rejection is heard by nobody',
	async t => {
		const heard = unhandledRejections(t);
		const {guarded} = guard(
			{
				...silentStore,
				recall: () => Promise.reject(new Error('down')) as never,
				admit: async () => ({kind: 'admitted', quotas: []}),
			},
			'closed',
		);

		t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
		await setImmediate();
		t.deepEqual(heard, []);
	},
);

test('of a flood by one client a thousand are asked, and the others find the refusal', async t => {
	const answers: Array<(verdict: Verdict) => void> = [];
	let known: Verdict | undefined;
	const {guarded} = guard(
		{
			...silentStore,
			recall: client => (client === 'flood' ? known : undefined),
			admit: () =>
				new Promise(resolve => {
					answers.push(resolve);
				}),
		},
		'closed',
		60_000,
	);
	const limited: Verdict = {kind: 'limited', quotas: [{rule, remaining: 0, freesInMs: 9}]};
	const flood = Array.from({length: 5000}, async () => guarded.admit('flood', [rule], {}));
	const other = guarded.admit('other', [rule], {});
	t.is(answers.length, 1001, 'and nobody else waits');

	answers.at(-1)?.({kind: 'admitted', quotas: []});
	t.is((await other).kind, 'admitted');
	known = limited;
	for (const answer of answers) {
		answer(limited);
	}

	const verdicts = await Promise.all(flood);
	t.true(verdicts.every(({kind}) => kind === 'limited'));
	t.is(answers.length, 1001);
});

test('whoever waits for a place is asked about where nothing is remembered, and none is lost', async t => {
	let asked = 0;
	const {guarded} = guard(
		{
			...silentStore,
			recall: () => undefined,
			admit: async () => {
				asked += 1;
				return {kind: 'admitted', quotas: []};
			},
		},
		'closed',
	);
	for (let round = 0; round < 3; round += 1) {
		const verdicts = await Promise.all(
			Array.from({length: 3000}, async () => guarded.admit('a', [rule], {})),
		);
		t.true(verdicts.every(({kind}) => kind === 'admitted'));
	}

	t.is(asked, 9000);
});

test.serial(
	'a request that has no place in time is decided by the policy, which is no failure of the store',
	async t => {
		const {guarded, warnings} = guard(
			{
				...silentStore,
				recall: () => undefined,
				admit: async () => {
					await setTimeout(300);
					return {kind: 'admitted', quotas: []};
				},
			},
			'closed',
			500,
		);
		const flood = Array.from({length: 4000}, async () => guarded.admit('a', [rule], {}));
		const kinds = (await Promise.all(flood)).map(({kind}) => kind);

		t.is(kinds[0], 'admitted');
		t.is(kinds.at(-1), 'unavailable', 'the fourth thousand would have begun after 900 ms');
		t.deepEqual(warnings, []);
		t.is((await guarded.admit('a', [rule], {})).kind, 'admitted', 'no place is lost');
	},
);

test('what a store remembers is no sign that it works, and takes no turn', async t => {
	let asked = 0;
	const known: Verdict = {kind: 'banned', by: 'hand', endsInMs: 1};
	const {guarded, pass, warnings} = guard(
		{
			...silentStore,
			recall: client => (client === 'known' ? known : undefined),
			admit: async () => {
				asked += 1;
				throw new Error('down');
			},
		},
		'closed',
	);
	for (let round = 0; round < 9; round += 1) {
		t.deepEqual(await guarded.admit('known', [rule], {}), known);
		t.is((await guarded.admit('a', [rule], {})).kind, 'unavailable');
	}

	t.is(asked, 5);
	pass(20_000);
	t.deepEqual(await guarded.admit('known', [rule], {}), known);
	t.is((await guarded.admit('a', [rule], {})).kind, 'unavailable');
	t.is(asked, 6);
	t.deepEqual(
		warnings.map(({code}) => code),
		['GATEKEEPER_STORE_FAILED'],
	);
});

test('where a store remembers nonsense, it is asked', async t => {
	for (const recall of [() => 5 as never, failures.throws as never]) {
		const {guarded} = guard(
			{...silentStore, recall, admit: async () => ({kind: 'admitted', quotas: []})},
			'closed',
		);

		t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
	}
});

test('a store that has failed five times in a row is asked once a second', async t => {
	let asked = 0;
	const {guarded, pass} = guard(
		{
			...silentStore,
			admit: async () => {
				asked += 1;
				throw new Error('down');
			},
		},
		'closed',
	);
	const askTenTimes = async () => {
		for (let time = 0; time < 10; time += 1) {
			t.is((await guarded.admit('a', [rule], {})).kind, 'unavailable');
		}
	};

	await askTenTimes();
	t.is(asked, 5);
	pass(1000);
	await askTenTimes();
	t.is(asked, 6);
});

test('warnings tell when a store begins to fail, and that it has recovered', async t => {
	const {guarded, pass, fail, mend, warnings} = failable(
		Array(9).fill({kind: 'admitted', quotas: []}),
	);
	await guarded.admit('a', [rule], {});
	fail();
	await guarded.admit('a', [rule], {});
	await guarded.admit('a', [rule], {});
	mend();
	await guarded.admit('a', [rule], {});
	pass(10_000);
	await guarded.admit('a', [rule], {});

	t.deepEqual(
		warnings.map(({code}) => code),
		['GATEKEEPER_STORE_FAILED', 'GATEKEEPER_STORE_RECOVERED'],
	);
});

test.serial('an answer in time counts, and leaves no timer behind', async t => {
	const before = timers();
	const verdict: Verdict = {kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 9}]};
	const {guarded, warnings} = guard({...silentStore, admit: async () => verdict}, 'closed', 60_000);

	t.deepEqual(await guarded.admit('a', [rule], {}), verdict);
	await setImmediate();
	t.is(timers(), before);
	t.deepEqual(warnings, []);
});

test.serial('a rejection leaves no timer behind', async t => {
	const before = timers();
	const {guarded} = guard({...silentStore, ...failing('rejects')}, 'closed', 60_000);

	t.deepEqual(await guarded.admit('a', [rule], {}), {kind: 'unavailable'});
	await setImmediate();
	t.is(timers(), before);
});

for (const policy of policies) {
	test.serial(`under '${policy}', a rejection after the deadline is heard by nobody`, async t => {
		const unhandled = unhandledRejections(t);
		const {store, rejectAll} = slowStore();
		const {guarded, warnings} = guard(store, policy);

		t.deepEqual(await guarded.admit('a', [rule], {}), decisions[policy][0]);
		t.deepEqual(await guarded.report('a', banRule, {weight: 1}), outcomes[policy][0]);
		rejectAll();
		await setImmediate();
		await setImmediate();
		t.deepEqual(unhandled, []);
		t.is(warnings.length, 1);
	});

	test.serial(`under '${policy}', an answer after the deadline changes nothing`, async t => {
		const unhandled = unhandledRejections(t);
		const {store, answerAll} = slowStore();
		const {guarded, warnings} = guard(store, policy);

		const decision = await guarded.admit('a', [rule], {});
		answerAll();
		await setImmediate();
		t.deepEqual(decision, decisions[policy][0]);
		t.deepEqual(await guarded.admit('a', [rule], {}), decisions[policy][1]);
		t.deepEqual(unhandled, []);
		t.is(warnings.length, 1);
	});
}

/** A server that takes no commands. */
const refusingBans: Partial<Store> = {
	ban() {
		throw new Error('READONLY');
	},
};

/** A store that takes an operator's commands. Asked for anything else, it fails the test. */
const silentStore: Store = {
	shared: true,
	clock: () => 0,
	admit: unexpected,
	report: unexpected,
	bans: unexpected,
	ban() {},
	unban() {},
	reset() {},
	close() {},
};

const refusing = failing('rejects');

function unexpected(): never {
	throw new Error('The store should not have been asked this');
}

function failing(how: keyof typeof failures): Pick<Store, 'admit' | 'report'> {
	const answer = failures[how] ?? unexpected;

	return {admit: answer, report: answer};
}

interface Guard {
	readonly guarded: GuardedStore;
	readonly warnings: ReadonlyArray<{code: string; message: string}>;
	readonly clock: () => number;
	pass(ms: number): void;
}

function guard(store: Store, policy: StoreErrorPolicy, timeout = 5): Guard {
	let now = 0;
	const clock = () => now;
	const warnings: Array<{code: string; message: string}> = [];
	const guarded = new GuardedStore(
		{...store, clock},
		{
			policy,
			timeout,
			warn: (code, ...args) => {
				warnings.push({code, message: args.join(' ')});
			},
		},
	);

	return {
		guarded,
		warnings,
		clock,
		pass: ms => {
			now += ms;
		},
	};
}

/** A guard under `'memory'`, whose store gives these answers one after the other, or fails when told to. */
function failable(
	answers: ReadonlyArray<Verdict | ReportOutcome>,
): Guard & {fail: () => void; mend: () => void} {
	const left = answers.values();
	let isDown = false;
	const answer = async () => {
		if (isDown) {
			throw new Error('down');
		}

		return left.next().value as never;
	};

	return {
		...guard({...silentStore, admit: answer, report: answer}, 'memory'),
		fail: () => {
			isDown = true;
		},
		mend: () => {
			isDown = false;
		},
	};
}

/** A store whose answers come when the test says so. */
function slowStore(): {store: Store; rejectAll: () => void; answerAll: () => void} {
	const pending: Array<{resolve: (value: never) => void; reject: (error: Error) => void}> = [];
	const answer: Answer = () =>
		new Promise((resolve, reject) => {
			pending.push({resolve, reject});
		});

	return {
		store: {...silentStore, admit: answer, report: answer},
		rejectAll: () => {
			for (const {reject} of pending) {
				reject(new Error('down, and late'));
			}
		},
		answerAll: () => {
			for (const {resolve} of pending) {
				resolve({kind: 'banned', by: 'hand', endsInMs: 1} as never);
			}
		},
	};
}

function unhandledRejections(t: ExecutionContext): readonly unknown[] {
	const seen: unknown[] = [];
	const listener = (error: unknown) => {
		seen.push(error);
	};
	process.on('unhandledRejection', listener);
	t.teardown(() => {
		process.off('unhandledRejection', listener);
	});

	return seen;
}

function timers(): number {
	return process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
}
