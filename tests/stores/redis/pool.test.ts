import {setImmediate} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {createClientPool} from 'redis';
import {createClientPool as createClientPool5} from 'redis-5';
import {
	type NodeRedisClient,
	nodeRedis,
} from '../../../source/stores/redis/connection/node-redis.ts';
import {latch, until} from '../../support/latch.ts';
import {server} from '../../support/redis/shared.ts';
import {networkTo} from '../../support/redis/stalling.ts';

const MAXIMUM = 2;
const url = (port: number) => ({url: `redis://127.0.0.1:${port}`});
const creators = {
	'redis 6': (port: number, minimum: number) =>
		createClientPool(url(port), {minimum, maximum: MAXIMUM}),
	'redis 5': (port: number, minimum: number) =>
		createClientPool5(url(port), {minimum, maximum: MAXIMUM}),
};

/** What a pool shows of itself. */
interface Shown {
	readonly clientsInUse: number;
	readonly tasksQueueLength: number;
}

/** A pool behind a network that can stall, and how the store sends a command over it. */
async function openPool(
	t: ExecutionContext,
	create: (typeof creators)['redis 6' | 'redis 5'],
	minimum = MAXIMUM,
) {
	const network = await networkTo(server.port);
	const client = create(network.port, minimum);
	client.on('error', () => {});
	await client.connect();
	t.teardown(() => {
		client.destroy();
		network.close();
	});
	const pool: Shown = client;
	const {send} = nodeRedis(client as unknown as NodeRedisClient);
	const ping = (asking?: AbortController) => send('', ['PING'], asking);
	await ping();
	await until(() => pool.clientsInUse === 0);

	return {
		network,
		pool,
		ping,
		/** Lends all clients. Returns how to give them back. */
		lendAll: () => {
			const {all, release} = latch();
			for (let lent = 0; lent < MAXIMUM; lent += 1) {
				(client as {execute(use: () => Promise<void>): unknown}).execute(() => all);
			}

			return release;
		},
	};
}

for (const [name, create] of Object.entries(creators)) {
	test.serial(`${name}: commands share a client of a pool, and give it back`, async t => {
		const {network, pool, ping} = await openPool(t, create);
		network.stall();
		const first = Array.from({length: 10}, () => ping());
		await setImmediate();
		const later = Array.from({length: 10}, () => ping());
		await setImmediate();
		t.like(pool, {clientsInUse: 1, tasksQueueLength: 0});

		network.flow();
		t.deepEqual(await Promise.all([...first, ...later]), Array(20).fill('PONG'));
		await until(() => pool.clientsInUse === 0);
	});

	test.serial(
		`${name}: commands that wait for a client of a pool are dropped if they are given up, and leave their place`,
		async t => {
			const {pool, ping, lendAll} = await openPool(t, create);
			const release = lendAll();
			const asking = new AbortController();
			const givenUp = t.throwsAsync(ping(asking), {code: 'ERR_GATEKEEPER_NOT_SENT'});
			const other = ping(new AbortController());
			await setImmediate();
			t.is(pool.tasksQueueLength, 1, 'both wait for the same client');

			asking.abort();
			await givenUp;
			release();
			t.is(await other, 'PONG');
			await until(() => pool.clientsInUse === 0);
		},
	);

	test.serial(
		`${name}: after a command was given up, the next ones take another client`,
		async t => {
			const {network, ping} = await openPool(t, create, 1);
			// Of the connections that are there.
			network.stall();
			const asking = new AbortController();
			ping(asking).catch(() => {});
			await setImmediate();
			asking.abort();
			t.is(await ping(), 'PONG');
		},
	);

	test.serial(`${name}: a client of a pool that all have given up is given back`, async t => {
		const {pool, ping, lendAll} = await openPool(t, create);
		const release = lendAll();
		const asking = new AbortController();
		const givenUp = t.throwsAsync(ping(asking));
		asking.abort();
		await givenUp;
		release();
		await until(() => pool.clientsInUse === 0);
		t.is(await ping(), 'PONG');
	});
}
