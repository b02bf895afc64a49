import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {Redis} from 'ioredis';
import {Redis as Valkey} from 'iovalkey';
import Koa from 'koa';
import {createSentinel} from 'redis';
import {gatekeeper} from '../../../source/index.ts';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {inTime} from '../../../source/stores/guard/deadline.ts';
import type {UnfinishedError} from '../../../source/stores/unfinished-error.ts';
import {startRedis, startSentinel} from '../../support/redis/server.ts';
import {agents} from '../../support/servers.ts';

const host = '127.0.0.1';
const banned = '203.0.113.7';
const givenUp = '203.0.113.8';

/** A client of each package that asks a sentinel for the master. */
const clients: Readonly<
	Record<string, (port: number) => Promise<{client: RedisClient; close: () => unknown}>>
> = {
	ioredis: async port => {
		const client = new Redis({sentinels: [{host, port}], name: 'main'});
		client.on('error', () => {});
		return {client, close: () => client.disconnect()};
	},
	iovalkey: async port => {
		const client = new Valkey({sentinels: [{host, port}], name: 'main'});
		client.on('error', () => {});
		return {client, close: () => client.disconnect()};
	},
	redis: async port => {
		const client = createSentinel({name: 'main', sentinelRootNodes: [{host, port}]});
		client.on('error', () => {});
		await client.connect();
		return {client, close: () => client.destroy()};
	},
};

test('when a replica takes over, no request fails, the bans that it has received hold, and what was given up does not happen', async t => {
	// Without this a master waits for five seconds, for more replicas to come.
	const master = await startRedis(['--repl-diskless-sync-delay', '0']);
	const replica = await startRedis(['--replicaof', host, String(master.port)]);
	const onReplica = new Redis(replica.port);
	await until(async () => /master_link_status:up/.test(await onReplica.info('replication')));
	const sentinel = await startSentinel(master);
	const onSentinel = new Redis(sentinel.port);
	await until(async () => /slaves=1/.test(String(await onSentinel.call('INFO', 'sentinel'))));
	t.teardown(async () => {
		onReplica.disconnect();
		onSentinel.disconnect();
		await Promise.all([sentinel, replica, master].map(({stop}) => stop()));
	});

	const gates = await Promise.all(
		Object.entries(clients).map(async ([name, open]) => {
			const {client, close} = await open(sentinel.port);
			t.teardown(close);
			const store = new RedisStore({client, prefix: `${name}:`});
			const gate = gatekeeper({rateLimitRule: [5, 3600], store, storeTimeout: 0.3});
			const app = new Koa();
			app.use(gate);
			app.use(ctx => {
				ctx.body = 'ok';
			});
			const {http} = agents(app);
			// However long the client takes to connect.
			await store.admit('nobody', [], {});
			await gate.ban(banned, {reason: 'spam'});
			t.is((await http.get('/')).status, 200, name);
			return {name, gate, store, http};
		}),
	);
	const keys = 2 * gates.length;
	await until(async () => (await onReplica.dbsize()) === keys);

	await master.kill();
	const unsent: string[] = [];
	await Promise.all(
		gates.map(async ({name, gate, http}) => {
			const error = await t.throwsAsync<UnfinishedError>(gate.ban(givenUp));
			if (error?.code === 'ERR_GATEKEEPER_NOT_SENT') {
				unsent.push(name);
			}

			const statuses = await Promise.all(
				Array.from({length: 20}, async () => (await http.get('/')).status),
			);
			t.true(
				statuses.every(status => status === 200 || status === 429),
				`${name}: ${statuses}`,
			);
		}),
	);
	await until(async () => /role:master/.test(await onReplica.info('replication')));
	for (const {name, store} of gates) {
		await until(() => isBanned(store));
		t.is((await store.admit(banned, [], {})).kind, 'banned', name);
		if (unsent.includes(name)) {
			t.is((await store.admit(givenUp, [], {})).kind, 'admitted', name);
		}
	}
});

/** Whether the client of the store has found the new master, which has the ban. */
async function isBanned(store: RedisStore): Promise<boolean> {
	try {
		const {value} = await inTime(Promise.resolve(store.admit(banned, [], {})), 300);
		return value.kind === 'banned';
	} catch {
		return false;
	}
}

async function until(hasHappened: () => Promise<boolean>): Promise<void> {
	while (!(await hasHappened())) {
		await setTimeout(20);
	}
}
