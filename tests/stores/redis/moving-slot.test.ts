import test, {type ExecutionContext} from 'ava';
import type {Redis} from 'ioredis';
import {beginMove} from '../../support/redis/cluster.ts';
import {clusters, openClusterGate, startMasters} from '../../support/redis/cluster-gate.ts';

async function opened(t: ExecutionContext, options: {count: number; onStoreError?: 'memory'}) {
	const {masters, ports} = await startMasters(t);
	const direct = masters.map(one => one.direct) as [Redis, Redis, Redis];
	const gates = await Promise.all(
		Object.keys(clusters).map(name => openClusterGate(t, {name, ports, ...options})),
	);

	return {direct, gates};
}

test('while a slot of a cluster is moved, its clients fail no others of the same master', async t => {
	const {direct, gates} = await opened(t, {count: 1000});
	const [{store, first}] = gates as [(typeof gates)[number]];
	const [from, to] = direct;
	await beginMove(store.slotOf(first), from, to);

	await Promise.all(
		gates.map(async ({name, gate, first, onFirst, anotherOnFirst, elsewhere}) => {
			await t.throwsAsync(gate.report(first));
			t.is(await anotherOnFirst()(), 200, name);
			let isFlooding = true;
			const statuses = new Set<number>();
			const flood = Array.from({length: 5}, async () => {
				while (isFlooding) {
					statuses.add(await onFirst());
				}
			});
			const innocent = anotherOnFirst();
			for (let time = 0; time < 30; time += 1) {
				t.is(await innocent(), 200, name);
			}

			isFlooding = false;
			await Promise.all(flood);
			t.deepEqual([...statuses], [503], name);
			t.is(await anotherOnFirst()(), 200, name);
			t.is(await elsewhere(), 200, name);
		}),
	);
});

test('while the slot of a banned client is moved, a process that knows of the ban refuses it', async t => {
	const {direct, gates} = await opened(t, {count: 1000, onStoreError: 'memory'});
	const [{store, first}] = gates as [(typeof gates)[number]];
	await Promise.all(gates.map(({gate}) => gate.ban(first, {duration: 600})));
	const [from, to] = direct;
	await beginMove(store.slotOf(first), from, to);

	await Promise.all(
		gates.map(async ({name, onFirst, anotherOnFirst}) => {
			for (let time = 0; time < 8; time += 1) {
				t.is(await onFirst(), 403, name);
			}

			t.is(await anotherOnFirst()(), 200, name);
		}),
	);
});
