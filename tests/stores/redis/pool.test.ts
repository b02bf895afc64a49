import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {createClientPool} from 'redis';
import {createClientPool as createClientPool5} from 'redis-5';
import {
	type NodeRedisClient,
	nodeRedis,
} from '../../../source/stores/redis/connection/node-redis.ts';
import {latch, until} from '../../support/latch.ts';
import {server} from '../../support/redis/shared.ts';
import {networkTo} from '../../support/redis/stalling.ts';

const size = {minimum: 2, maximum: 2};
const url = (port: number) => ({url: `redis://127.0.0.1:${port}`});
const creators = {
	'redis 6': (port: number, minimum = 2) => createClientPool(url(port), {...size, minimum}),
	'redis 5': (port: number, minimum = 2) => createClientPool5(url(port), {...size, minimum}),
};

/** What a pool shows of itself. */
interface Shown {
	readonly clientsInUse: number;
	readonly tasksQueueLength: number;
}

for (const [name, create] of Object.entries(creators)) {
	test.serial(`${name}: commands share a client of a pool, and give it back`, async t => {
		const network = await networkTo(server.port);
		const client = create(network.port);
		client.on('error', () => {});
		await client.connect();
		t.teardown(() => {
			client.destroy();
			network.close();
		});
		const pool: Shown = client;
		const {send} = nodeRedis(client as unknown as NodeRedisClient);
		const ping = () => send('', ['PING'], undefined);
		await ping();
		await until(() => pool.clientsInUse === 0);

		network.stall();
		const first = Array.from({length: 10}, ping);
		await setImmediate();
		const later = Array.from({length: 10}, ping);
		await setImmediate();
		t.like(pool, {clientsInUse: 1, tasksQueueLength: 0});

		network.flow();
		t.deepEqual(await Promise.all([...first, ...later]), Array(20).fill('PONG'));
		await until(() => pool.clientsInUse === 0);
	});

	test.serial(
		`${name}: commands that wait for a client of a pool are dropped if they are given up, and leave their place`,
		async t => {
			const client = create(server.port);
			client.on('error', () => {});
			await client.connect();
			t.teardown(() => client.destroy());
			const pool: Shown = client;
			const {send} = nodeRedis(client as unknown as NodeRedisClient);
			const release = lendAll(client);
			const asking = new AbortController();
			const givenUp = t.throwsAsync(send('', ['PING'], asking), {
				code: 'ERR_GATEKEEPER_NOT_SENT',
			});
			const other = send('', ['PING'], new AbortController());
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
			const network = await networkTo(server.port);
			const client = create(network.port, 1);
			client.on('error', () => {});
			await client.connect();
			t.teardown(() => {
				client.destroy();
				network.close();
			});
			const {send} = nodeRedis(client as unknown as NodeRedisClient);
			await send('', ['PING'], undefined);

			// Of the connections that are there.
			network.stall();
			const asking = new AbortController();
			send('', ['PING'], asking).catch(() => {});
			await setImmediate();
			asking.abort();
			t.is(await send('', ['PING'], undefined), 'PONG');
		},
	);

	test.serial(`${name}: a client of a pool that all have given up is given back`, async t => {
		const client = create(server.port);
		client.on('error', () => {});
		await client.connect();
		t.teardown(() => client.destroy());
		const pool: Shown = client;
		const {send} = nodeRedis(client as unknown as NodeRedisClient);
		const release = lendAll(client);
		const asking = new AbortController();
		const givenUp = t.throwsAsync(send('', ['PING'], asking));
		asking.abort();
		await givenUp;
		release();
		await until(() => pool.clientsInUse === 0);
		t.is(await send('', ['PING'], undefined), 'PONG');
	});
}

/** Lends all clients of a pool. Returns how to give them back. */
function lendAll(client: object): () => void {
	const pool = client as {execute(use: () => Promise<void>): unknown};
	const {all, release} = latch();
	for (let lent = 0; lent < size.maximum; lent += 1) {
		pool.execute(() => all);
	}

	return release;
}
