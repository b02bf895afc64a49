import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import test from 'ava';
import {Redis} from 'ioredis';
import {createClient} from 'redis';
import {RedisStore} from '../../../../source/redis.ts';
import {bytesHeld} from '../../../support/bytes-held.ts';
import {forEachPackage, sendMany} from '../../../support/redis/faulty-server.ts';

test.serial('a ban that this process knows holds while the server is gone', async t => {
	await forEachPackage(t, async ({http, gate, server, store}, name) => {
		await gate.ban('127.0.0.1', {duration: 600, reason: 'spam'});
		t.is((await http.get('/')).status, 403, name);
		await server.kill();

		store.close();
		t.is((await http.get('/')).status, 403, name);
		t.is((await http.get('/')).status, 403, name);
	});
});

test.serial('a report while the server is gone counts in this process', async t => {
	await forEachPackage(t, async ({http, server}, name) => {
		await server.kill();

		const report = async () => (await http.get('/report')).body;
		t.deepEqual(await report(), {reports: 1, banned: false}, name);
		t.deepEqual(await report(), {reports: 2, banned: true, retryAfter: 600}, name);
		t.is((await http.get('/')).status, 403, name);
	});
});

for (const [policy, status] of [
	['open', 200],
	['closed', 503],
] as const) {
	test.serial(
		`under '${policy}', every request gets a ${status} while the server is gone`,
		async t => {
			await forEachPackage(
				t,
				async ({http, server}, name) => {
					await server.kill();
					t.deepEqual(new Set(await sendMany(http)), new Set([status]), name);
				},
				policy,
			);
		},
	);
}

test.serial('every command rejects in time while the server is gone', async t => {
	await forEachPackage(t, async ({gate, server}, name) => {
		await server.kill();

		await Promise.all(
			[
				gate.ban('203.0.113.7'),
				gate.unban('203.0.113.7'),
				gate.reset('203.0.113.7'),
				gate.bans().next(),
			].map(command => t.throwsAsync(command, undefined, name)),
		);
	});
});

for (const [name, open] of Object.entries({
	ioredis: (port: number) => new Redis(port),
	redis: (port: number) => {
		const client = createClient({socket: {port}});
		client.connect().catch(() => {});
		return client;
	},
})) {
	test(`${name}: while a server accepts connections and never replies, nothing is kept of what was given up`, async t => {
		const silent = createServer(() => {}).listen(0, '127.0.0.1');
		await once(silent, 'listening');
		const client = open((silent.address() as AddressInfo).port);
		client.on('error', () => {});
		t.teardown(() => {
			client instanceof Redis ? client.disconnect() : client.destroy();
			silent.close();
		});
		const store = new RedisStore({client});
		const giveUp = async (count: number) => {
			for (let asked = 0; asked < count; asked += 1) {
				const asking = new AbortController();
				const ban = store.ban('203.0.113.1', {duration: 1000}, asking);
				await Promise.resolve();
				asking.abort();
				await t.throwsAsync(ban, {code: 'ERR_GATEKEEPER_NOT_SENT'});
			}
		};

		await giveUp(100);
		const before = bytesHeld();
		await giveUp(1000);
		const held = bytesHeld() - before;
		t.true(held < 1_000_000, `${held} bytes are held`);
	});
}
