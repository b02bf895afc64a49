import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {Cluster, Redis} from 'ioredis';
import {Cluster as ValkeyCluster} from 'iovalkey';
import {createCluster} from 'redis';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {type RedisServer, startRedis} from '../../support/redis/server.ts';
import {ban, kinds, limit, listed} from '../contract/promised.ts';

const SLOTS = 16_384;
const MASTERS = 3;

const servers = await Promise.all(
	Array.from({length: MASTERS}, () => startRedis(['--cluster-enabled', 'yes'])),
);
const direct = servers.map(({port}) => new Redis(port));
await join(servers);

/** A client of each package that knows clusters, by one server of it. */
const clusters: Readonly<
	Record<string, () => Promise<{client: RedisClient; close: () => unknown}>>
> = {
	ioredis: async () => {
		const client = new Cluster(addresses());
		return {client, close: () => client.disconnect()};
	},
	iovalkey: async () => {
		const client = new ValkeyCluster(addresses());
		return {client, close: () => client.disconnect()};
	},
	redis: async () => {
		const client = createCluster({
			rootNodes: addresses().map(({host, port}) => ({url: `redis://${host}:${port}`})),
		});
		await client.connect();
		return {client, close: () => client.destroy()};
	},
};

test.after.always(async () => {
	for (const client of direct) {
		client.disconnect();
	}

	await Promise.all(servers.map(({stop}) => stop()));
});

const names = Array.from({length: 60}, (_, index) => `203.0.113.${index}`);
const rules = [limit(2, 60_000), limit(5, 3_600_000, 'hour')];

for (const [name, open] of Object.entries(clusters)) {
	test.serial(
		`${name}: clients all over a cluster are counted, banned, listed and forgiven`,
		async t => {
			const {client, close} = await open();
			t.teardown(close);
			const store = new RedisStore({client, prefix: `${name}:`});
			const other = new RedisStore({client, prefix: `other ${name}:`});

			for (const one of names) {
				t.deepEqual(await kinds(store, rules, 3, one), ['admitted', 'admitted', 'limited']);
			}

			const filled = await Promise.all(direct.map(master => master.dbsize()));
			t.true(
				filled.every(keys => keys > 0),
				'every master has some',
			);
			await Promise.all(names.map(one => store.report(one, ban(1, 60_000, 60_000), {weight: 1})));
			await other.ban('a', {duration: 1000});
			t.deepEqual(
				(await listed(store)).map(each => each.client),
				names.toSorted(),
			);
			await Promise.all(names.map(one => store.unban(one)));
			await Promise.all(names.map(one => store.reset(one)));
			t.deepEqual(await listed(store), []);
			t.deepEqual(await kinds(store, rules, 3, names[0]), ['admitted', 'admitted', 'limited']);
		},
	);

	test.serial(`${name}: of parallel requests to a cluster exactly the quota comes in`, async t => {
		const {client, close} = await open();
		t.teardown(close);
		const store = new RedisStore({client, prefix: `parallel ${name}:`});
		const verdicts = await Promise.all(
			names.flatMap(one => Array.from({length: 7}, () => store.admit(one, rules, {}))),
		);

		t.is(verdicts.filter(({kind}) => kind === 'admitted').length, 2 * names.length);
	});
}

test.serial(
	'a part of a cluster behind a client that does not know is asked about one client at a time',
	async t => {
		const alone = await startRedis(['--cluster-enabled', 'yes']);
		const client = new Redis(alone.port);
		t.teardown(async () => {
			client.disconnect();
			await alone.stop();
		});
		await client.cluster('ADDSLOTS', ...Array.from({length: SLOTS}, (_, slot) => slot));
		await until(async () => /cluster_state:ok/.test(String(await client.call('CLUSTER', 'INFO'))));
		const store = new RedisStore({client});

		for (const round of ['admitted', 'admitted', 'limited']) {
			const verdicts = await Promise.all(names.map(async one => store.admit(one, rules, {})));
			t.true(
				verdicts.every(({kind}) => kind === round),
				round,
			);
		}
	},
);

for (const Package of [Cluster, ValkeyCluster]) {
	test.serial(
		`bans are found by a client that has only begun to connect (${Package.name}, ${Package === Cluster ? 'ioredis' : 'iovalkey'})`,
		async t => {
			const first = new Package(addresses());
			await new RedisStore({client: first, prefix: 'late:'}).ban('a', {duration: 60_000});
			const late = new Package(addresses(), {lazyConnect: true});
			t.teardown(() => {
				first.disconnect();
				late.disconnect();
			});

			const found = await listed(new RedisStore({client: late, prefix: 'late:'}));
			t.deepEqual(
				found.map(each => each.client),
				['a'],
			);
		},
	);
}

test.serial('a client that was not connected does not say that there are no bans', async t => {
	const rootNodes = addresses().map(({host, port}) => ({url: `redis://${host}:${port}`}));
	const store = new RedisStore({client: createCluster({rootNodes})});

	await t.throwsAsync(() => listed(store), {message: /not connected/});
});

function addresses(): Array<{host: string; port: number}> {
	return servers.map(({port}) => ({host: '127.0.0.1', port}));
}

/** Makes one cluster of some servers, each with its share of the slots. */
async function join(members: readonly RedisServer[]): Promise<void> {
	const share = Math.ceil(SLOTS / members.length);
	await Promise.all(
		direct.map(async (master, index) => {
			const first = index * share;
			const slots = Array.from(
				{length: Math.min(share, SLOTS - first)},
				(_, place) => first + place,
			);
			await master.cluster('ADDSLOTS', ...slots);
			await master.cluster('SET-CONFIG-EPOCH', index + 1);
		}),
	);
	for (const {port} of members.slice(1)) {
		await direct[0]?.cluster('MEET', '127.0.0.1', port);
	}

	await Promise.all(direct.map(untilJoined));
}

async function untilJoined(master: Redis): Promise<void> {
	await until(async () => {
		const info = String(await master.call('CLUSTER', 'INFO'));
		return /cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${MASTERS}`);
	});
}

async function until(hasHappened: () => Promise<boolean>): Promise<void> {
	while (!(await hasHappened())) {
		await setTimeout(20);
	}
}
