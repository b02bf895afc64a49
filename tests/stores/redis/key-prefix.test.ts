import test from 'ava';
import {Redis} from 'ioredis';
import {Redis as Valkey} from 'iovalkey';
import {RedisStore} from '../../../source/redis.ts';
import {server} from '../../support/redis/shared.ts';
import {fill, limit, listed} from '../contract/promised.ts';

for (const [name, open] of Object.entries({
	ioredis: (keyPrefix: string) => new Redis(server.port, {keyPrefix}),
	iovalkey: (keyPrefix: string) => new Valkey(server.port, {keyPrefix}),
})) {
	test(`${name}: with the option keyPrefix of the client, every key begins with it, and the bans are found`, async t => {
		const [one, other] = [open(`${name}*1:`), open(`${name}*2:`)];
		const plain = new Redis(server.port);
		t.teardown(() => {
			for (const client of [one, other, plain]) {
				client.disconnect();
			}
		});
		const store = new RedisStore({client: one});
		await fill(store, [limit(1, 60_000)], 1);
		await store.ban('b', {duration: 60_000});

		const keys = await plain.keys(`${name}*`);
		t.is(keys.length, 2);
		t.true(
			keys.every(key => key.startsWith(`${name}*1:gk:{`)),
			keys.join(' '),
		);
		t.deepEqual(
			(await listed(store)).map(each => each.client),
			['b'],
		);
		t.deepEqual(await listed(new RedisStore({client: other})), []);
		await store.unban('b');
		t.deepEqual(await listed(store), []);
	});
}
