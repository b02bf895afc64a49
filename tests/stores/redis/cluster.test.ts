import test from 'ava';
import {Cluster, Redis} from 'ioredis';
import {Cluster as ValkeyCluster} from 'iovalkey';
import {createCluster} from 'redis';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {Keys} from '../../../source/stores/redis/keys.ts';
import {join} from '../../support/redis/cluster.ts';
import {clusterPackages} from '../../support/redis/further-clients.ts';
import {type RedisServer, startRedis} from '../../support/redis/server.ts';
import {ban, counted, escalating, kinds, limit, listed} from '../contract/promised.ts';

const MASTERS = 3;

const [alone, ...servers] = (await Promise.all(
	Array.from({length: 1 + MASTERS}, () => startRedis(['--cluster-enabled', 'yes'])),
)) as [RedisServer, ...RedisServer[]];
const onAlone = new Redis(alone.port);
const direct = servers.map(({port}) => new Redis(port));
await Promise.all([join([onAlone]), join(direct)]);

/** A client of each package for the whole cluster. */
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
	for (const client of [onAlone, ...direct]) {
		client.disconnect();
	}

	await Promise.all([alone, ...servers].map(({stop}) => stop()));
});

const names = Array.from({length: 60}, (_, index) => `203.0.113.${index}`);
const rules = [limit(2, 60_000), limit(5, 3_600_000, 'hour')];

for (const [name, open] of Object.entries(clusters)) {
	test.serial(
		`${name}: clients on every server of a cluster are counted, banned, listed, unbanned and reset`,
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
				'every master has keys',
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

	test.serial(
		`${name}: of parallel requests to a cluster, exactly the quota is admitted`,
		async t => {
			const {client, close} = await open();
			t.teardown(close);
			const store = new RedisStore({client, prefix: `parallel ${name}:`});
			const verdicts = await Promise.all(
				names.flatMap(one => Array.from({length: 7}, () => store.admit(one, rules, {}))),
			);

			t.is(verdicts.filter(({kind}) => kind === 'admitted').length, 2 * names.length);
		},
	);
}

for (const [name, open] of Object.entries(clusters)) {
	test.serial(
		`${name}: on every server of a cluster, requests of any cost are given back, and bans escalate`,
		async t => {
			const {client, close} = await open();
			t.teardown(close);
			const store = new RedisStore({client, prefix: `second ${name}:`});
			const banRule = escalating(1, 60_000, [60_000, 90_000], 60_000);

			await Promise.all(
				names.map(async one => {
					await store.giveBack(one, await counted(store, rules, {costs: [2, 5]}, one));
					t.deepEqual(await kinds(store, rules, 3, one), ['admitted', 'admitted', 'limited']);
					t.is((await store.report(one, banRule, {weight: 1})).strike, 1);
				}),
			);
			t.deepEqual(
				(await listed(store)).map(({client: each, strike}) => [each, strike]),
				names.toSorted().map(each => [each, 1]),
			);
			await Promise.all(names.map(async one => store.unban(one)));
			t.is((await store.report('203.0.113.1', banRule, {weight: 1})).strike, 1);
		},
	);

	test.serial(`${name}: clients on every server of a cluster are inspected`, async t => {
		const {client, close} = await open();
		t.teardown(close);
		const store = new RedisStore({client, prefix: `inspected ${name}:`});
		const banRule = escalating(2, 60_000, [60_000, 90_000], 60_000);
		const many = Array.from({length: 300}, (_, index) => limit(5, 3_600_000, `${index}`));

		await Promise.all(
			names.map(async one => {
				await store.admit(one, rules, {});
				await store.admit(one, many, {});
				await store.report(one, banRule, {weight: 1});
				const {quotas, ...standing} = await store.inspect(one, [...rules, ...many], banRule);
				t.deepEqual(standing, {reports: 1, strike: 0});
				t.deepEqual(
					quotas.map(({remaining}) => remaining),
					[1, 4, ...many.map(() => 4)],
				);
				await store.report(one, banRule, {weight: 1});
				const {ban: began, reports, strike} = await store.inspect(one, [], banRule);
				t.like({...began, reports, inAll: strike}, {client: one, strike: 1, reports: 0, inAll: 1});
			}),
		);
	});

	test.serial(`${name}: bans of ranges, and a sibling, are found in a cluster`, async t => {
		const {client, close} = await open();
		t.teardown(close);
		const store = new RedisStore({client, prefix: `ranges ${name}:`});
		const sibling = store.sibling();
		const ranges = ['10.0.0.0/8', '203.0.113.0/24', '2001:db8::/32'];
		for (const range of ranges) {
			await store.banRange(range, {duration: 60_000});
			await sibling.ban(range, {duration: 60_000});
		}

		await store.unbanRange('10.0.0.0/8');
		t.deepEqual((await store.ranges()).map(each => each.client).sort(), ranges.toSorted().slice(1));
		t.deepEqual(await sibling.ranges(), []);
		t.deepEqual(await listed(store), []);
		t.is((await listed(sibling)).length, 3);
	});
}

for (const [name, open] of Object.entries(clusters)) {
	test.serial(
		`${name}: the part that a client is on is the server that holds its slot`,
		async t => {
			const {client, close} = await open();
			t.teardown(close);
			const store = new RedisStore({client});
			await store.admit('203.0.113.7', rules, {});
			const owners = (await direct[0]?.call('CLUSTER', 'SLOTS')) as Array<
				[from: number, to: number, master: [host: string, port: number]]
			>;

			for (const one of [...names, '2001:db8:1:2::/64', 'key:{}%', 'key:\u00fc']) {
				const key = new Keys('gk:').stateOf(one);
				const slot = Number(await direct[0]?.call('CLUSTER', 'KEYSLOT', key));
				const [, , [, port] = []] = owners.find(([from, to]) => from <= slot && slot <= to) ?? [];
				t.is(store.partOf(one), `127.0.0.1:${port}`, one);
			}
		},
	);
}

test.serial(
	'over a client that does not know of the cluster, the store asks about one key at a time',
	async t => {
		const store = new RedisStore({client: onAlone});

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
		`a client of ${Package === Cluster ? 'ioredis' : 'iovalkey'} that is not connected yet finds the bans`,
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

for (const [name, Package] of Object.entries(clusterPackages)) {
	test.serial(
		`${name}: over a client with \`enableAutoPipelining\`, clients on every server are decided and listed`,
		async t => {
			const client = new Package(addresses(), {
				enableAutoPipelining: true,
				redisOptions: {enableAutoPipelining: true},
			});
			t.teardown(() => client.disconnect());
			const store = new RedisStore({client, prefix: `pipelining ${name}:`});

			for (const round of ['admitted', 'admitted', 'limited']) {
				const verdicts = await Promise.all(names.map(one => store.admit(one, rules, {})));
				t.deepEqual(
					verdicts.filter(({kind}) => kind !== round),
					[],
				);
			}

			await store.ban('a', {duration: 60_000});
			t.deepEqual(
				(await listed(store)).map(each => each.client),
				['a'],
			);
		},
	);
}

test.serial(
	'a client of redis that is not connected rejects, rather than finding no bans',
	async t => {
		const rootNodes = addresses().map(({host, port}) => ({url: `redis://${host}:${port}`}));
		const store = new RedisStore({client: createCluster({rootNodes})});

		await t.throwsAsync(() => listed(store), {message: /not connected/});
	},
);

function addresses(): Array<{host: string; port: number}> {
	return servers.map(({port}) => ({host: '127.0.0.1', port}));
}
