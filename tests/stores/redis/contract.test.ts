import test from 'ava';
import {type OpenedClient, packages} from '../../support/redis/clients.ts';
import {furtherPackages} from '../../support/redis/further-clients.ts';
import {openRedisStore} from '../../support/redis/opened.ts';
import {type RedisServer, startRedis} from '../../support/redis/server.ts';
import {storeContract} from '../contract.ts';

const all = {...packages, ...furtherPackages};
const clients = new Map<string, OpenedClient>();
let server: RedisServer;

test.before(async () => {
	server = await startRedis();
	for (const [name, open] of Object.entries(all)) {
		clients.set(name, await open(server.port));
	}
});

test.after.always(async () => {
	await Promise.all([...clients.values()].map(({close}) => close()));
	await server?.stop();
});

for (const name of Object.keys(all)) {
	// The other clients are of the same two families.
	const histories = name === 'ioredis' || name === 'redis' ? 60 : 0;
	storeContract(
		test,
		`RedisStore over ${name}`,
		() => openRedisStore(clients.get(name) as OpenedClient),
		{histories},
	);
}
