import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Redis} from 'ioredis';
import {Redis as Valkey} from 'iovalkey';
import {RedisStore} from '../../../source/redis.ts';
import {type OpenClient, openIoredis, packages} from '../../support/redis/clients.ts';
import {furtherPackages} from '../../support/redis/further-clients.ts';
import {startRedis} from '../../support/redis/server.ts';
import {networkTo} from '../../support/redis/stalling.ts';
import {warnings} from '../../support/warnings.ts';
import {limit} from '../contract/promised.ts';

const rules = [limit(5, 60_000)];
const readOnly = {message: /READONLY /};
const host = '127.0.0.1';

/** As the documents advise. */
const reconnectOnError = (error: Error) => error.message.includes('READONLY');
const following: Readonly<Record<string, OpenClient>> = {
	ioredis: async port => openIoredis(new Redis({host, port, reconnectOnError})),
	iovalkey: async port => openIoredis(new Valkey({host, port, reconnectOnError})),
};

/** A store at an address that leads to a master, until a failover that leaves its connections open. */
async function afterFailover(t: ExecutionContext, open: OpenClient): Promise<RedisStore> {
	const [old, next] = await Promise.all([startRedis(), startRedis()]);
	const address = await networkTo(old.port);
	const [{client, close}, onOld] = await Promise.all([
		open(address.port),
		packages.ioredis(old.port),
	]);
	t.teardown(async () => {
		await Promise.all([close(), onOld.close()]);
		address.close();
		await Promise.all([old.stop(), next.stop()]);
	});
	const store = new RedisStore({client});
	t.is((await store.admit('a', rules, {})).kind, 'admitted');

	await onOld.run('REPLICAOF', host, String(next.port));
	address.leadTo(next.port);
	await t.throwsAsync(async () => store.admit('a', rules, {}), readOnly);
	return store;
}

for (const [name, open] of Object.entries({...packages, ...furtherPackages})) {
	test.serial(`${name}: a client that stays with a replica is warned of once`, async t => {
		const heard = warnings(t);
		const store = await afterFailover(t, open);
		for (let time = 0; time < 3; time += 1) {
			await t.throwsAsync(async () => store.admit('a', rules, {}), readOnly);
			await t.throwsAsync(async () => store.ban('a', {duration: 1000}), readOnly);
		}

		t.deepEqual(await heard.codes(), ['GATEKEEPER_READ_ONLY']);
		const setting =
			/redis/.test(name) && !/ioredis/.test(name) ? /createSentinel/ : /reconnectOnError/;
		t.regex((await heard.messages())[0] ?? '', setting);
	});
}

test.serial(
	'a command that a replica refuses has had no effect, and is warned of, too',
	async t => {
		const heard = warnings(t);
		const master = await startRedis();
		const replica = await startRedis(['--replicaof', host, String(master.port)]);
		const {client, close} = await packages.ioredis(replica.port);
		t.teardown(async () => {
			await close();
			await Promise.all([replica.stop(), master.stop()]);
		});
		const store = new RedisStore({client});

		for (const command of [
			async () => store.banRange('10.0.0.0/8', {duration: 1000}),
			async () => store.ban('a', {duration: 1000}),
		]) {
			const error = await t.throwsAsync(command, readOnly);
			t.notRegex(`${error?.message}`, /may have taken effect/);
		}

		t.deepEqual(await heard.codes(), ['GATEKEEPER_READ_ONLY']);
		t.deepEqual(await store.ranges(), []);
	},
);

for (const [name, open] of Object.entries(following)) {
	test.serial(
		`${name}: with \`reconnectOnError\`, a client leaves a replica by itself`,
		async t => {
			const heard = warnings(t);
			const store = await afterFailover(t, open);

			await untilAdmitted(store);
			t.deepEqual(await heard.codes(), []);
		},
	);
}

async function untilAdmitted(store: RedisStore): Promise<void> {
	for (;;) {
		try {
			await store.admit('a', rules, {});
			return;
		} catch {
			await setTimeout(10);
		}
	}
}
