import {setImmediate, setTimeout} from 'node:timers/promises';
import test from 'ava';
import {createSentinel} from 'redis';
import {createSentinel as createSentinel5} from 'redis-5';
import {
	type NodeRedisClient,
	nodeRedis,
} from '../../../source/stores/redis/connection/node-redis.ts';
import {startRedis, startSentinel} from '../../support/redis/server.ts';
import {networkTo} from '../../support/redis/stalling.ts';

const host = '127.0.0.1';
const optionsFor = (sentinel: number, master: number, network: number) => ({
	name: 'main',
	sentinelRootNodes: [{host, port: sentinel}],
	nodeAddressMap: {[`${host}:${master}`]: {host, port: network}},
});

type Ports = Parameters<typeof optionsFor>;

const creators = {
	'redis 6': (...ports: Ports) => createSentinel(optionsFor(...ports)),
	'redis 5': (...ports: Ports) => createSentinel5(optionsFor(...ports)),
};

for (const [name, create] of Object.entries(creators)) {
	test(`${name}: of commands that begin at once, none waits for one that begins later`, async t => {
		const master = await startRedis();
		const sentinel = await startSentinel(master);
		const network = await networkTo(master.port);
		const client = create(sentinel.port, master.port, network.port);
		client.on('error', () => {});
		await client.connect();
		t.teardown(async () => {
			client.destroy();
			network.close();
			await Promise.all([sentinel.stop(), master.stop()]);
		});
		const {send} = nodeRedis(client as NodeRedisClient);
		const replied: string[] = [];
		const ping = async (sent: string) => {
			await send('', ['PING'], undefined);
			replied.push(sent);
		};
		await ping('first');
		// Until its connection is free again.
		await setTimeout(20);

		network.stall();
		const together = [ping('one'), ping('another'), ping('a third')];
		for (let turn = 0; turn < 5; turn += 1) {
			await setImmediate();
		}

		const later = ping('later');
		network.flow();
		await Promise.all([...together, later]);
		t.deepEqual(replied, ['first', 'one', 'another', 'a third', 'later']);
	});
}
