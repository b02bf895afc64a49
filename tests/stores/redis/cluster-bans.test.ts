import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {Cluster, Redis} from 'ioredis';
import {createCluster} from 'redis';
import {createCluster as createCluster5} from 'redis-5';
import {gatekeeper} from '../../../source/index.ts';
import {type RedisClient, RedisStore} from '../../../source/redis.ts';
import {bansOf} from '../../support/gated-app.ts';
import {type OpenedClient, openIoredis, openNodeRedis} from '../../support/redis/clients.ts';
import {beginMove, endMove} from '../../support/redis/cluster.ts';
import {startMasters} from '../../support/redis/cluster-gate.ts';
import {clusterPackages} from '../../support/redis/further-clients.ts';

type Open = (ports: readonly number[]) => Promise<OpenedClient>;

const url = (port: number) => ({url: `redis://127.0.0.1:${port}`});
const packages: Readonly<Record<string, Open>> = {
	...Object.fromEntries(
		Object.entries(clusterPackages).map(([name, Package]): [string, Open] => [
			name,
			async ports =>
				openIoredis(new Package(ports.map(port => ({host: '127.0.0.1', port}))) as Cluster),
		]),
	),
	'redis 6': ports => openNodeRedis(createCluster({rootNodes: ports.map(url)}) as never),
	'redis 5': ports => openNodeRedis(createCluster5({rootNodes: ports.map(url)}) as never),
};

/** Bans other names over a client of each package, under a prefix of its own. */
async function openStores(t: ExecutionContext, ports: readonly number[]) {
	return Promise.all(
		Object.entries(packages).map(async ([name, open], index) => {
			// Of other slots, whose owners its client then knows.
			const names = Array.from({length: 60}, (_, last) => `203.0.${index}.${last}`);
			const {client, close} = await open(ports);
			t.teardown(close);
			const store = new RedisStore({client: client as RedisClient, prefix: `${name}:`});
			await Promise.all(names.map(one => store.ban(one, {duration: 600_000})));
			return {name, names, store};
		}),
	);
}

async function opened(t: ExecutionContext) {
	const {masters, ports} = await startMasters(t);
	const masterOf = (store: RedisStore, client: string) =>
		masters[ports.findIndex(port => store.partOf(client) === `127.0.0.1:${port}`)]?.direct as Redis;

	return {masters, masterOf, stores: await openStores(t, ports)};
}

test('while a master of a cluster is dead, the listing of bans rejects', async t => {
	const {masters, stores} = await opened(t);
	await masters[0]?.server.kill();

	await Promise.all(
		stores.map(async ({name, store}) => {
			const gate = gatekeeper({store, storeTimeout: 1});
			// Clients drop a dead master, and name it again when they look for the servers.
			for (let time = 0; time < 20; time += 1) {
				await t.throwsAsync(bansOf({gate}), undefined, name);
				await setTimeout(100);
			}
		}),
	);
});

test('while slots of a cluster are moved, each ban is listed once', async t => {
	const {masterOf, stores} = await opened(t);
	for (const {name, names, store} of stores) {
		const listed: string[] = [];
		for await (const page of store.bans()) {
			const isFirst = listed.length === 0;
			listed.push(...page.map(({client}) => client));
			const [read] = listed;
			if (isFirst && read !== undefined) {
				// One slot to the server that has been read, and one from there.
				const left = names.find(one => masterOf(store, one) !== masterOf(store, read)) ?? '';
				const [from, to] = [masterOf(store, left), masterOf(store, read)];
				await beginMove(store.slotOf(left), from, to);
				await endMove(store.slotOf(left), from, to);
				await beginMove(store.slotOf(read), to, from);
				await endMove(store.slotOf(read), to, from);
			}
		}

		t.deepEqual(listed.toSorted(), names.toSorted(), name);
	}
});

test('bans in a slot that is being moved are listed once it has been moved', async t => {
	const {masterOf, stores} = await opened(t);
	for (const {name, names, store} of stores) {
		const one = names[0] as string;
		const from = masterOf(store, one);
		const to = masterOf(store, names.find(each => masterOf(store, each) !== from) ?? '');
		await beginMove(store.slotOf(one), from, to);
		const gate = gatekeeper({store, storeTimeout: 2});
		const listing = bansOf({gate});
		await setTimeout(100);
		await endMove(store.slotOf(one), from, to);

		t.is((await listing).length, names.length, name);
	}
});
