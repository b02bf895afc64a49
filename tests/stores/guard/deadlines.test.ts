import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {ReportOutcome} from '../../../source/stores/ban-records.ts';
import type {
	GuardedVerdict,
	StoreErrorPolicy,
} from '../../../source/stores/guard/failure-policy.ts';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {
	banRule,
	commandsOnly,
	failing,
	guard,
	rule,
	slowStore,
} from '../../support/guarded-store.ts';
import {unhandledRejections} from '../../support/unhandled-rejections.ts';

/** What two requests and a report get while the store fails. */
const policies: Readonly<
	Record<StoreErrorPolicy, {verdicts: readonly GuardedVerdict[]; outcome: ReportOutcome}>
> = {
	memory: {
		verdicts: [
			{kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 1000}]},
			{kind: 'admitted', quotas: [{rule, remaining: 0, freesInMs: 1000}]},
		],
		outcome: {reports: 1},
	},
	open: {verdicts: Array(2).fill({kind: 'admitted', quotas: []}), outcome: {reports: 0}},
	closed: {verdicts: Array(2).fill({kind: 'unavailable'}), outcome: {reports: 0}},
};

for (const [policy, {verdicts, outcome}] of Object.entries(policies)) {
	test.serial(`under '${policy}', a rejection after the deadline is handled`, async t => {
		const unhandled = unhandledRejections(t);
		const {store, pending} = slowStore();
		const {guarded, heard} = guard(store, policy as StoreErrorPolicy);

		t.deepEqual(await guarded.admit('a', [rule], {}), verdicts[0]);
		t.deepEqual(await guarded.report('a', banRule, {weight: 1}), outcome);
		for (const {reject} of pending) {
			reject(new Error('down, and late'));
		}

		await setImmediate();
		await setImmediate();
		t.deepEqual(unhandled, []);
		t.is(heard.length, 1);
	});

	test.serial(`under '${policy}', a verdict after the deadline changes nothing`, async t => {
		const unhandled = unhandledRejections(t);
		const {store, pending} = slowStore();
		const {guarded, heard} = guard(store, policy as StoreErrorPolicy);

		t.deepEqual(await guarded.admit('a', [rule], {}), verdicts[0]);
		pending[0]?.resolve({kind: 'banned', by: 'hand', endsInMs: 1});
		await setImmediate();
		t.deepEqual(await guarded.admit('a', [rule], {}), verdicts[1]);
		t.deepEqual(unhandled, []);
		t.is(heard.length, 1);
	});
}

test.serial('a verdict in time leaves no timer behind', async t => {
	const before = timers();
	const verdict: Verdict = {kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: 9}]};
	const {guarded, heard} = guard({...commandsOnly, admit: async () => verdict}, 'closed', 60_000);

	t.deepEqual(await guarded.admit('a', [rule], {}), verdict);
	await setImmediate();
	t.is(timers(), before);
	t.deepEqual(heard, []);
});

test.serial('a rejection leaves no timer behind', async t => {
	const before = timers();
	const {guarded} = guard(failing, 'closed', 60_000);

	t.deepEqual(await guarded.admit('a', [rule], {}), {kind: 'unavailable'});
	await setImmediate();
	t.is(timers(), before);
});

function timers(): number {
	return process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
}
