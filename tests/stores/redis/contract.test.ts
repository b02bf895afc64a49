import test from 'ava';
import {furtherPackages, packages} from '../../support/redis/clients.ts';
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
	storeContract(test, `RedisStore over ${name}`, () => openRedisStore(client), {runs: 100});
}
