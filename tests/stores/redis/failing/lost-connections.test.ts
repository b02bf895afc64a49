import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {gatekeeper} from '../../../../source/index.ts';
import {RedisStore} from '../../../../source/redis.ts';
import {packages} from '../../../support/redis/clients.ts';
import {startRedis} from '../../../support/redis/server.ts';

for (const name of ['ioredis', 'iovalkey', 'redis'] as const) {
	test.serial(`${name}: what was given up in an outage does not count after it`, async t => {
		const server = await startRedis();
		const {client, close} = await packages[name](server.port);
		t.teardown(async () => {
			await close();
			await server.stop();
		});
		const gate = gatekeeper({
			banRule: [3, 3600, 3600],
			store: new RedisStore({client}),
			storeTimeout: 0.2,
		});
		t.is((await gate.report('203.0.113.7')).reports, 1);

		await server.kill();
		// The client notices that the connection is gone.
		await setTimeout(100);
		for (let report = 0; report < 5; report += 1) {
			await t.throwsAsync(gate.report('203.0.113.7'));
			await setTimeout(50);
		}

		await t.throwsAsync(gate.ban('203.0.113.8'));
		await server.restart();
		const standing = await untilItWorks(() => gate.report('203.0.113.7'));
		t.like(standing, {reports: 1, banned: false}, 'the server has forgotten the first report');
		const bans = [];
		for await (const ban of gate.bans()) {
			bans.push(ban);
		}

		t.deepEqual(bans, []);
	});
}

async function untilItWorks<T>(ask: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await ask();
		} catch {
			await setTimeout(20);
		}
	}
}
