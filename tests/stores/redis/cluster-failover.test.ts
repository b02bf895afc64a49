import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {Redis} from 'ioredis';
import {addReplica, untilReplicated} from '../../support/redis/cluster.ts';
import {clusters, openClusterGate, startMasters} from '../../support/redis/cluster-gate.ts';
import type {RedisServer} from '../../support/redis/server.ts';

const COUNT = 5;

const openGate = (t: ExecutionContext, name: string, ports: readonly number[]) =>
	openClusterGate(t, {name, ports, count: COUNT});

test('while one master of a cluster is dead, clients on the others are decided by the store', async t => {
	const {masters, ports} = await startMasters(t);
	const gates = await Promise.all(Object.keys(clusters).map(name => openGate(t, name, ports)));
	t.deepEqual(await Promise.all(gates.map(({onFirst}) => onFirst())), [200, 200, 200]);

	await masters[0]?.server.kill();
	for (const {name, onFirst, elsewhere} of gates) {
		for (let time = 0; time < 8; time += 1) {
			t.is(await onFirst(), 503, name);
			t.is(await elsewhere(), 200, name);
		}
	}
});

test("under 'closed', reports of a client of a dead master refuse no client of the others", async t => {
	const {masters, ports} = await startMasters(t);
	const gates = await Promise.all(Object.keys(clusters).map(name => openGate(t, name, ports)));
	for (const {name, elsewhere} of gates) {
		t.is(await elsewhere(), 200, `${name} knows the banned ranges`);
	}

	await masters[0]?.server.kill();
	for (const {name, gate, first, onFirst, elsewhere} of gates) {
		await t.throwsAsync(gate.report(first));
		t.is(await elsewhere(), 200, name);
		t.is(await onFirst(), 503, name);
	}
});

interface Failure {
	readonly fail: (server: RedisServer | undefined) => unknown;
	readonly names: readonly string[];
}

const failures: Readonly<Record<string, Failure>> = {
	dies: {fail: server => server?.kill(), names: Object.keys(clusters)},
	// As a machine does that vanishes: no connection is closed. node-redis has no setting against it.
	'is silent': {fail: server => server?.pause(), names: ['ioredis', 'iovalkey']},
};

for (const [how, {fail, names}] of Object.entries(failures)) {
	test(`when a replica takes the place of a master that ${how}, admissions recover and go on counting`, async t => {
		const {masters, start, ports} = await startMasters(t);
		const [first] = masters;
		const replica = await start();
		await addReplica(
			replica.direct,
			first?.direct as Redis,
			masters.map(({direct}) => direct),
		);
		const gates = await Promise.all(names.map(name => openGate(t, name, ports)));
		for (const {onFirst} of gates) {
			t.deepEqual([await onFirst(), await onFirst(), await onFirst()], [200, 200, 200]);
		}

		await untilReplicated(first?.direct as Redis, replica.direct);
		await fail(first?.server);
		const ended = await Promise.allSettled(
			gates.map(async ({name, onFirst, anotherOnFirst}) => {
				const statuses: number[] = [];
				while (statuses.at(-1) !== 429) {
					statuses.push(await onFirst());
					await setTimeout(50);
				}

				// Clients of ioredis and iovalkey may ask later what was given up: that counts too.
				t.true(statuses.filter(status => status === 200).length <= COUNT - 3, name);
				let others: number[];
				do {
					const send = anotherOnFirst();
					others = [];
					for (let time = 0; time <= COUNT; time += 1) {
						others.push(await send());
					}
				} while (others.includes(503));

				t.deepEqual(others, [...Array(COUNT).fill(200), 429], name);
			}),
		);
		t.deepEqual(
			ended.flatMap(each => (each.status === 'rejected' ? [each.reason] : [])),
			[],
		);
	});
}
