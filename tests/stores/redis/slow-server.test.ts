import {randomUUID} from 'node:crypto';
import {setImmediate, setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {GuardedStore} from '../../../source/stores/guard/guarded-store.ts';
import type {RedisStore} from '../../../source/stores/redis/redis-store.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import type {AdmitOptions} from '../../../source/stores/verdict.ts';
import {unobserved} from '../../support/guarded-store.ts';
import {packages} from '../../support/redis/clients.ts';
import {openRedisStore, scriptsRun} from '../../support/redis/opened.ts';
import {opened, server} from '../../support/redis/shared.ts';
import {networkTo} from '../../support/redis/stalling.ts';
import {limit} from '../contract/promised.ts';

const full = limit(1, 3_600_000, 'full');

/** Decides behind a network that can stall, as a gate does that gives up on a question after a while. */
async function behindNetwork(t: ExecutionContext, timeout = 60_000) {
	const network = await networkTo(server.port);
	const {client, close} = await packages.ioredis(network.port);
	t.teardown(async () => {
		await close();
		network.close();
	});
	const prefix = `${randomUUID()}:`;
	const {store, pass} = await openRedisStore({...opened, client}, {prefix});
	const guarded = new GuardedStore(store, {policy: 'closed', timeout, observer: unobserved});

	return {
		network,
		pass,
		store,
		/** The same server, as another process sees it. */
		other: (await openRedisStore(opened, {prefix})).store as RedisStore,
		decide: async (rules: readonly Rule[] = [full], options: AdmitOptions = {}) => {
			const {kind} = await guarded.admit('a', rules, options);
			if (kind !== 'admitted') {
				guarded.noteRefused('a');
			}

			return kind;
		},
	};
}

type Gate = Awaited<ReturnType<typeof behindNetwork>>;

/** Sends many requests while no reply comes, and returns what those that ask nothing get. */
async function flood({decide, pass}: Gate, rules?: readonly Rule[]): Promise<string[]> {
	const kinds: string[] = [];
	for (let second = 0; second < 5; second += 1) {
		for (let request = 0; request < 20; request += 1) {
			decide(rules).then(kind => kinds.push(kind));
		}

		await setImmediate();
		await pass(1000);
	}

	return kinds;
}

test.serial(
	'a flood of a refused client has one question on its way, however slow the server is',
	async t => {
		const gate = await behindNetwork(t);
		t.is(await gate.decide(), 'admitted');
		t.is(await gate.decide(), 'limited');
		await gate.pass(900);
		const before = await scriptsRun(opened);

		gate.network.stall();
		const kinds = await flood(gate);
		t.deepEqual(kinds, Array(99).fill('limited'), 'all but the one that asks');
		gate.network.flow();
		while (kinds.length < 100) {
			await setTimeout(5);
		}

		t.is(kinds.at(-1), 'limited');
		t.is((await scriptsRun(opened)) - before, 1);
	},
);

test.serial('a flood to a full route has one question about a ban on its way', async t => {
	const gate = await behindNetwork(t);
	t.is(await gate.decide([]), 'admitted');
	t.is(await gate.decide(), 'admitted');
	t.is(await gate.decide(), 'limited');
	await gate.pass(900);
	const before = await scriptsRun(opened);

	gate.network.stall();
	gate.decide();
	const asking = gate.decide([]);
	for (let second = 0; second < 5; second += 1) {
		for (let request = 0; request < 20; request += 1) {
			t.is(await gate.decide([]), 'admitted', 'no ban is known');
			t.is(await gate.decide(), 'limited');
		}

		await gate.pass(900);
	}

	gate.network.flow();
	t.is(await asking, 'admitted');
	t.is((await scriptsRun(opened)) - before, 1, 'both questions are in one script');
});

test.serial(
	'a ban and an unban are felt with the reply to the question that a refused client asks',
	async t => {
		const gate = await behindNetwork(t);
		await gate.other.ban('a', {duration: 60_000});
		t.is(await gate.decide(), 'banned');
		await gate.pass(900);

		gate.network.stall();
		await gate.other.unban('a');
		const asking = gate.decide();
		t.is(await gate.decide(), 'banned');
		gate.network.flow();
		t.is(await asking, 'admitted');
		t.is(await gate.decide(), 'limited', 'the one that has asked was counted, and no other');

		await gate.pass(900);
		gate.network.stall();
		await gate.other.ban('a', {duration: 60_000});
		const next = gate.decide();
		t.is(await gate.decide(), 'limited');
		gate.network.flow();
		t.is(await next, 'banned');
		t.is(await gate.decide([limit(9, 1000, 'another')]), 'banned');
	},
);

test.serial(
	'once the question is given up, a refusal from a second ago refuses no more',
	async t => {
		const gate = await behindNetwork(t, 100);
		t.is(await gate.decide(), 'admitted');
		t.is(await gate.decide(), 'limited');
		await gate.pass(900);

		gate.network.stall();
		const asking = gate.decide();
		await gate.pass(1000);
		t.is(await gate.decide(), 'limited');
		t.is(await asking, 'unavailable');
		t.is(gate.store.recall('a', [full], {}), undefined);
		gate.network.flow();
		t.is(await gate.decide(), 'limited', 'the server says so again');
	},
);

test.serial('after a pause, an old refusal refuses nobody, and delays nobody', async t => {
	const gate = await behindNetwork(t);
	await gate.other.ban('a', {duration: 3_600_000});
	t.is(await gate.decide([limit(3, 1000, 'few')]), 'banned');
	await gate.pass(60_000);
	await gate.other.unban('a');
	const before = await scriptsRun(opened);

	gate.network.stall();
	const kinds = Promise.all(Array.from({length: 20}, () => gate.decide([limit(3, 1000, 'few')])));
	await setImmediate();
	gate.network.flow();
	t.is((await kinds).filter(kind => kind === 'admitted').length, 3, 'each was counted');
	t.is((await scriptsRun(opened)) - before, 1, 'all were asked at once');
});
