import test from 'ava';
import fc from 'fast-check';
import type {ReportOutcome} from '../../../source/stores/ban-records.ts';
import {GuardedStore} from '../../../source/stores/guard/guarded-store.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {
	banRule,
	commandsOnly,
	failing,
	gatesOn,
	guard,
	readOnly,
	rule,
	unobserved,
} from '../../support/guarded-store.ts';
import {runs} from '../../support/runs.ts';

test("under 'memory', a ban by reports refuses the requests that the rules would admit", async t => {
	const {guarded, pass} = guard(failing, 'memory');
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

test("under 'memory', the rules apply exactly as in a MemoryStore, by the clock of the store", async t => {
	const steps = fc.array(
		fc.record({
			pass: fc.constantFrom(0, 0, 1, 499, 500, 999, 1000),
			asks: fc.constantFrom('admit', 'late', 'report'),
		}),
		{maxLength: 40, size: 'max'},
	);
	const agrees = fc.asyncProperty(steps, async all => {
		const {guarded, clock, pass} = guard(failing, 'memory');
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

	await t.notThrowsAsync(() => fc.assert(agrees, {numRuns: runs(100)}));
});

test("under 'memory', a store without a clock is replaced by one with a monotonic clock", async t => {
	const {clock: _, ...clockless} = failing;
	const guarded = new GuardedStore(clockless, {policy: 'memory', timeout: 5, observer: unobserved});
	const hour = {...rule, window: 3_600_000, id: '2/3600000/global'};

	t.is((await guarded.admit('a', [hour], {})).kind, 'admitted');
	t.is((await guarded.admit('a', [hour], {})).kind, 'admitted');
	t.is((await guarded.admit('a', [hour], {})).kind, 'limited');
});

test("under 'closed', an immune request without rules is refused too once the store is left alone", async t => {
	const {guarded} = guard(failing, 'closed');
	t.is((await guarded.admit('nobody', [], {immune: true})).kind, 'admitted');
	for (let failure = 0; failure < 5; failure += 1) {
		await guarded.admit('a', [], {});
	}

	t.is((await guarded.admit('nobody', [], {immune: true})).kind, 'unavailable');
});

test("under 'closed', every request is refused for a second after a report that the store rejected", async t => {
	const {guarded, pass} = guard(readOnly, 'closed');
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
	await guarded.report('a', banRule, {weight: 1});
	t.is((await guarded.admit('a', [], {})).kind, 'unavailable');
	pass(999);
	t.is((await guarded.admit('b', [], {})).kind, 'unavailable');
	pass(1);
	t.is((await guarded.admit('a', [], {})).kind, 'admitted');
});

test("under 'closed', a report that a part rejected refuses only the clients of its slot", async t => {
	const {guarded, pass} = guard(
		{...readOnly, partOf: client => client.slice(0, 1), slotOf: client => client.slice(1, 2)},
		'closed',
	);
	await guarded.report('a1', banRule, {weight: 1});
	await t.throwsAsync(guarded.commands.report('c1', banRule, {weight: 1}));

	const refused = async (...clients: readonly string[]) => {
		const verdicts = await Promise.all(clients.map(async one => guarded.admit(one, [], {})));
		return clients.filter((_, index) => verdicts[index]?.kind === 'unavailable');
	};
	const clients = ['a1', 'a1 too', 'a2', 'b1', 'c1', 'c2'];
	t.deepEqual(await refused(...clients), ['a1', 'a1 too', 'c1']);
	pass(999);
	await guarded.report('b2', banRule, {weight: 1});
	pass(1);
	t.deepEqual(await refused(...clients, 'b2'), ['b2']);
});

test("a report that the store rejected closes every 'closed' gate on the store, and no other", async t => {
	const [one, other, open] = gatesOn(readOnly, 'closed', 'closed', 'open');

	await one?.report('a', banRule, {weight: 1});
	t.is((await other?.admit('a', [], {}))?.kind, 'unavailable');
	t.is((await open?.admit('a', [], {}))?.kind, 'admitted');
});

test('the reply of a synchronous store is returned synchronously', t => {
	const verdict: Verdict = {kind: 'banned', by: 'hand', endsInMs: 7};
	const outcome: ReportOutcome = {reports: 5, banEndsInMs: 6, begunForMs: 6};
	const {guarded, heard} = guard(
		{...commandsOnly, admit: () => verdict, report: () => outcome},
		'closed',
	);

	t.deepEqual(guarded.admit('a', [rule], {}), verdict);
	t.deepEqual(guarded.report('a', banRule, {weight: 1}), outcome);
	t.deepEqual(heard, []);
});

test('the store gets the same arguments as the guard', t => {
	const questions: unknown[] = [];
	const {guarded} = guard(
		{
			...commandsOnly,
			admit: (client, rules, options) => {
				questions.push([client, rules, options]);
				return {kind: 'admitted', quotas: []};
			},
			report: (client, given, report) => {
				questions.push([client, given, report]);
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

test("under 'closed', requests without a client or a rule find out that the store works again", async t => {
	let isDown = true;
	const {guarded, pass} = guard(
		{
			...commandsOnly,
			admit: async () => {
				if (isDown) {
					throw new Error('down');
				}

				return {kind: 'admitted', quotas: []};
			},
		},
		'closed',
	);
	for (let failure = 0; failure < 5; failure += 1) {
		await guarded.admit('a', [], {});
	}

	t.is((await guarded.admit('unix', [], {immune: true})).kind, 'unavailable');
	isDown = false;
	t.is((await guarded.admit('unix', [], {immune: true})).kind, 'unavailable');
	pass(1000);
	t.is((await guarded.admit('unix', [], {immune: true})).kind, 'admitted');
});

test('a store that never replies keeps few of the questions that it was asked', async t => {
	let asked = 0;
	const never = () => {
		asked += 1;
		return new Promise<never>(() => {});
	};
	const {guarded, pass} = guard({...commandsOnly, admit: never}, 'open', 1);
	for (let second = 0; second < 300; second += 1) {
		await guarded.admit('a', [rule], {});
		pass(1000);
	}

	t.true(asked < 110, `${asked} questions`);
});

test('a store whose thenable never settles, and throws when it is asked again, has failed', async t => {
	let asked = 0;
	const thenable = {
		// biome-ignore lint/suspicious/noThenProperty: a store may return anything
		then: () => {
			asked += 1;
			if (asked > 1) {
				throw new Error('asked again');
			}
		},
	};
	const {guarded} = guard({...commandsOnly, admit: () => thenable as never}, 'open', 1);

	t.is((await guarded.admit('a', [rule], {})).kind, 'admitted');
	t.is(asked, 2);
});
