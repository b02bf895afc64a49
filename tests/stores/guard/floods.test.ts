import {setImmediate, setTimeout} from 'node:timers/promises';
import test from 'ava';
import type {ReportOutcome} from '../../../source/stores/ban-records.ts';
import type {Store} from '../../../source/stores/store.ts';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {banRule, commandsOnly, gatesOn, guard, rule} from '../../support/guarded-store.ts';

const admitted: Verdict = {kind: 'admitted', quotas: []};

test.serial(
	'of a flood by one client, five hundred requests ask the store, and the others find its refusal',
	async t => {
		const replies: Array<(verdict: Verdict) => void> = [];
		let known: Verdict | undefined;
		const {guarded} = guard(
			{
				...commandsOnly,
				recall: client => (client === 'flood' ? known : undefined),
				admit: () =>
					new Promise(resolve => {
						replies.push(resolve);
					}),
			},
			'closed',
			60_000,
		);
		const limited: Verdict = {kind: 'limited', quotas: [{rule, remaining: 0, freesInMs: 9}]};
		const flood = Array.from({length: 5000}, async () => guarded.admit('flood', [rule], {}));
		const other = guarded.admit('other', [rule], {});
		t.is(replies.length, 501, 'no other client waits');

		replies.at(-1)?.(admitted);
		t.is((await other).kind, 'admitted');
		known = limited;
		for (const reply of replies) {
			reply(limited);
		}

		const verdicts = await Promise.all(flood);
		t.true(verdicts.every(({kind}) => kind === 'limited'));
		t.is(replies.length, 501);
	},
);

test.serial(
	'all gates on a store have five hundred questions about one client on their way',
	async t => {
		const replies: Array<() => void> = [];
		const store: Store = {
			...commandsOnly,
			recall: () => undefined,
			admit: () =>
				new Promise(resolve => {
					replies.push(() => resolve(admitted));
				}),
		};
		const asked = gatesOn(store, 'memory', 'open', 'closed').flatMap(gate =>
			Array.from({length: 400}, async () => gate.admit('a', [rule], {})),
		);
		await setImmediate();
		t.is(replies.length, 500);

		for (let replied = 0; replied < 1200; replied += 1) {
			await setImmediate();
			replies[replied]?.();
		}

		t.deepEqual(new Set((await Promise.all(asked)).map(({kind}) => kind)), new Set(['admitted']));
	},
);

test.serial(
	'of thousands of guesses at once, the first reports have their turn before the other requests',
	async t => {
		let reports = 0;
		const {guarded} = guard(
			{
				...commandsOnly,
				recall: () => undefined,
				admit: async () => {
					await setImmediate();
					return reports < 2 ? admitted : {kind: 'banned', by: 'reports', endsInMs: 500};
				},
				report: async () => {
					reports += 1;
					await setImmediate();
					return reports === 2
						? {reports, banEndsInMs: 500, begunForMs: 500}
						: {reports: 0, banEndsInMs: 500};
				},
			},
			'closed',
			60_000,
		);
		let judged = 0;
		const guess = async () => {
			if ((await guarded.admit('a', [], {})).kind === 'admitted') {
				judged += 1;
				await guarded.report('a', banRule, {weight: 1});
			}
		};
		await Promise.all(Array.from({length: 5000}, guess));

		t.true(judged <= 1000, `${judged} guesses were judged`);
	},
);

test.serial(
	'keys that one client makes up get it no more than five hundred questions at a time',
	async t => {
		const replies: Array<() => void> = [];
		const {guarded} = guard(
			{
				...commandsOnly,
				recall: () => undefined,
				admit: () =>
					new Promise(resolve => {
						replies.push(() => resolve(admitted));
					}),
			},
			'closed',
			60_000,
		);
		const flood = Array.from({length: 2000}, async (_, index) =>
			guarded.admit(`account ${index}`, [rule], {immune: true, requester: 'flood'}),
		);
		const other = guarded.admit('other', [rule], {});
		t.is(replies.length, 501, 'no other client waits');

		let replied = 0;
		while (replied < 2001) {
			for (const reply of replies.slice(replied)) {
				reply();
				replied += 1;
			}

			await setTimeout(0);
		}

		t.is((await other).kind, 'admitted');

		await Promise.all(flood);
		t.is(replies.length, 2001);
	},
);

test.serial(
	'a request that waited for a place asks the store if it remembers nothing, and no place is lost',
	async t => {
		let asked = 0;
		const {guarded} = guard(
			{
				...commandsOnly,
				recall: () => undefined,
				admit: async () => {
					asked += 1;
					return admitted;
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
	},
);

test.serial(
	'the policy decides about a request that gets no place in time, and the store has not failed',
	async t => {
		const pending: Array<() => void> = [];
		const {guarded, heard} = guard(
			{
				...commandsOnly,
				recall: () => undefined,
				admit: () =>
					new Promise(resolve => {
						pending.push(() => resolve(admitted));
					}),
			},
			'closed',
			600,
		);
		const flood = Array.from({length: 4000}, async () => guarded.admit('a', [rule], {}));
		const first = pending.splice(0);
		t.is(first.length, 500);

		// The next five hundred are asked about later, so that they have time when the last ones give up.
		await setTimeout(350);
		for (const reply of first) {
			reply();
		}

		t.is((await flood.at(-1))?.kind, 'unavailable');
		const second = pending.splice(0);
		t.is(second.length, 500);
		for (const reply of second) {
			reply();
		}

		const verdicts = await Promise.all(flood);
		t.is(verdicts.filter(({kind}) => kind === 'admitted').length, 1000);
		t.is(verdicts.filter(({kind}) => kind === 'unavailable').length, 3000);
		t.deepEqual(heard, []);

		const next = Array.from({length: 500}, async () => guarded.admit('a', [rule], {}));
		t.is(pending.length, 500, 'no place is lost');
		for (const reply of pending) {
			reply();
		}

		await Promise.all(next);
	},
);

test.serial(
	'of a flood of reports, five hundred ask the store, and the others find the ban',
	async t => {
		const pending: Array<(outcome: ReportOutcome) => void> = [];
		const {guarded, heard} = guard(
			{
				...commandsOnly,
				recall: () => undefined,
				report: () =>
					new Promise(resolve => {
						pending.push(resolve);
					}),
			},
			'closed',
			60_000,
		);
		const flood = Array.from({length: 10_000}, async () =>
			guarded.report('a', banRule, {weight: 1}),
		);
		t.is(pending.length, 500);
		for (const [index, resolve] of pending.entries()) {
			resolve(index < 2 ? {reports: index + 1} : {reports: 0, banEndsInMs: 500});
		}

		const outcomes = await Promise.all(flood);
		t.is(outcomes.filter(({banEndsInMs}) => banEndsInMs === 500).length, 9998);
		t.is(pending.length, 500);
		t.deepEqual(heard, []);
	},
);

test.serial(
	'a report that gets no turn in time counts in this process, and the store has not failed',
	async t => {
		const {guarded, heard} = guard(
			{
				...commandsOnly,
				recall: () => undefined,
				report: async () => {
					await setTimeout(150);
					return {reports: 1};
				},
				admit: async () => admitted,
			},
			'closed',
			200,
		);
		const flood = Array.from({length: 3000}, async () => guarded.report('a', banRule, {weight: 1}));
		await Promise.all(flood);

		t.deepEqual(heard, []);
		t.is((await guarded.admit('a', [], {})).kind, 'banned');
		t.is((await guarded.admit('b', [], {})).kind, 'admitted');
	},
);
