import test from 'ava';
import {packages} from '../../support/redis/clients.ts';
import {furtherPackages} from '../../support/redis/further-clients.ts';
import {openRedisStore} from '../../support/redis/opened.ts';
import {startRedis} from '../../support/redis/server.ts';
import {storeContract} from '../contract.ts';

const server = await startRedis();
const clients = await Promise.all(
	Object.entries({...packages, ...furtherPackages}).map(
		async ([name, open]) => [name, await open(server.port)] as const,
	),
);

test.after.always(async () => {
	await Promise.all(clients.map(([, {close}]) => close()));
	await server.stop();
});

for (const [name, client] of clients) {
	// The other clients are of the same two families.
	const histories = name === 'ioredis' || name === 'redis' ? 60 : 0;
	storeContract(test, `RedisStore over ${name}`, () => openRedisStore(client), {histories});
}
