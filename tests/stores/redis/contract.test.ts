import test from 'ava';
import {storeContract} from '../contract.ts';
import {furtherPackages, packages} from './clients.ts';
import {openRedisStore} from './opened.ts';
import {startRedis} from './server.ts';

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
