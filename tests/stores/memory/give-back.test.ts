import test from 'ava';
import {Clients} from '../../../source/stores/memory/clients.ts';
import {Counters} from '../../../source/stores/memory/counters.ts';
import {giveBack} from '../../../source/stores/memory/give-back.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {openLogs} from '../../../source/stores/memory/open-logs.ts';
import {Receipt} from '../../../source/stores/memory/receipt.ts';
import {SlidingLog} from '../../../source/stores/memory/sliding-log.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {counted, limit} from '../contract/promised.ts';

const rule = limit(9, 1000);
const log = new SlidingLog();

/** Clients that were counted once at 0 each, of which `old` is in the old generation. */
function remembering() {
	const counters = new Counters(10);
	const clients = new Clients(60, counters);
	const list = counters.ofRequests([rule]);
	for (const [client, level, now] of [
		['old', 0, 0],
		['young', 0, 1000],
		['full', 1, 1000],
		['many', 2, 1000],
	] as const) {
		clients.forgetQuiet(now, 1000);
		openLogs(clients, client, list);
		list[0]?.log.add(9, 999);
		list[0]?.log.add(9, 1000);
		clients.raise(client, level);
	}

	return {clients, counters};
}

/** Gives back one request that was counted at a time. It is 1500 now. */
function giveBackAt(
	at: number,
	client: string,
	of: Rule,
	{clients, counters}: ReturnType<typeof remembering>,
): void {
	const receipt = new Receipt(clients, at, 0);
	giveBack(client, {rule: of, cost: 1, receipt}, receipt, counters, 1500);
}

test('a client of any level and generation is given back what was counted, and stays where it is', t => {
	const all = remembering();
	const {clients} = all;
	for (const client of ['old', 'young', 'full', 'many']) {
		const before = clients.peek(client);
		giveBackAt(999, client, rule, all);
		const found = clients.peek(client);

		t.deepEqual([found?.first, found?.logs === before?.logs], [before?.first, true], client);
		t.true(found && log.find(found.logs, found.first, 0), client);
		t.deepEqual([log.length, log.first], [1, 1000], client);
	}

	clients.forgetQuiet(2000, 1000);
	t.is(clients.peek('old'), undefined, 'it was not taken for a client that asks');
	t.truthy(clients.peek('young'));
});

test('no log and no client begins with a give-back', t => {
	const all = remembering();
	const {clients, counters} = all;
	const other = limit(5, 1000, 'other');
	const [{number} = {number: -1}] = counters.ofRequests([other]);
	giveBackAt(1000, 'unknown', rule, all);
	giveBackAt(1000, 'many', other, all);
	giveBackAt(1000, 'many', limit(5, 1000, 'never'), all);

	t.is(clients.size, 4);
	const found = clients.peek('many');
	t.is(found?.logs.numberOf(found.first), 1);
	t.false(found && log.find(found.logs, found.first, number));
});

test('an entry that has left the window is not mistaken for one 2^32 ms later', async t => {
	const month = limit(2, 30 * 86_400_000);
	const {store, pass} = manualClockStore();
	const entries = await counted(store, [month]);
	pass(2 ** 32);
	await counted(store, [month]);
	store.giveBack('a', entries);

	const verdict = store.admit('a', [month], {});
	t.is(verdict.kind === 'admitted' && verdict.quotas[0]?.remaining, 0);
});

test('keys are given back apart from clients', async t => {
	const store = new MemoryStore({clock: () => 0});
	const one = [limit(1, 1000)];
	const ofKey = await counted(store, one, {requester: 'c'});
	await counted(store, one);
	store.giveBack('a', ofKey);
	store.giveBack('a', ofKey);

	t.is(store.admit('a', one, {}).kind, 'limited');
	t.is(store.admit('a', one, {requester: 'c'}).kind, 'admitted');
});

test('resets of many other clients change nothing about a give-back', async t => {
	const store = new MemoryStore({clock: () => 0});
	const one = [limit(1, 1000)];
	const before = await counted(store, one);
	store.reset('a');
	const after = await counted(store, one);
	for (let other = 0; other < 4000; other += 1) {
		store.reset(`${other}`);
	}

	store.giveBack('a', before);
	t.is(store.admit('a', one, {}).kind, 'limited');
	store.giveBack('a', after);
	t.is(store.admit('a', one, {}).kind, 'admitted');
});
