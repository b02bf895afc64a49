import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {Redis} from 'ioredis';
import {Redis as Valkey} from 'iovalkey';
import Koa from 'koa';
import {createSentinel} from 'redis';
import {gatekeeper} from '../../../source/index.ts';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {inTime} from '../../../source/stores/guard/in-time.ts';
import {type RedisServer, startRedis, startSentinel} from '../../support/redis/server.ts';
import {agents} from '../../support/servers.ts';

const host = '127.0.0.1';

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

for (const [name, open] of Object.entries(clients)) {
	test(`${name}: when a replica takes over, no request is lost, and a ban holds that it knew of`, async t => {
		const master = await startRedis();
		const replica = await startRedis(['--replicaof', `${host} ${master.port}`]);
		const onReplica = new Redis(replica.port);
		await until(async () => /master_link_status:up/.test(await onReplica.info('replication')));
		const sentinel = await startSentinel(master);
		const {client, close} = await open(sentinel.port);
		t.teardown(async () => {
			await close();
			onReplica.disconnect();
			await Promise.all([sentinel, replica, master].map(({stop}) => stop()));
		});

		const store = new RedisStore({client});
		const gate = gatekeeper({rateLimitRule: [5, 3600], store, storeTimeout: 0.3});
		const app = new Koa();
		app.use(gate);
		app.use(ctx => {
			ctx.body = 'ok';
		});
		const {http} = agents(app);
		await gate.ban('203.0.113.7', {reason: 'spam'});
		t.is((await http.get('/')).status, 200);
		await until(async () => (await onReplica.keys('gk:*')).length === 2);
		await until(async () => /slaves=1/.test(await infoOf(sentinel)));

		await master.kill();
		const statuses = await Promise.all(
			Array.from({length: 20}, async () => (await http.get('/')).status),
		);
		t.true(
			statuses.every(status => status === 200 || status === 429),
			statuses.join(' '),
		);
		await until(async () => /role:master/.test(await onReplica.info('replication')));
		await until(() => isBanned(store));
		t.is((await store.admit('203.0.113.7', [], {})).kind, 'banned');
	});
}

async function infoOf({port}: RedisServer): Promise<string> {
	const client = new Redis(port);
	const info = String(await client.call('INFO', 'sentinel'));
	client.disconnect();

	return info;
}

/** Whether the store, as soon as it is reached, still knows of the ban. */
async function isBanned(store: RedisStore): Promise<boolean> {
	try {
		return (
			(await inTime(Promise.resolve(store.admit('203.0.113.7', [], {})), 300)).value.kind ===
			'banned'
		);
	} catch {
		return false;
	}
}

async function until(hasHappened: () => Promise<boolean>): Promise<void> {
	while (!(await hasHappened())) {
		await setTimeout(20);
	}
}
