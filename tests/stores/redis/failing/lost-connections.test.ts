import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Redis} from 'ioredis';
import Koa from 'koa';
import {createClient, createClientPool, createCluster, createSentinel} from 'redis';
import {type Gatekeeper, gatekeeper} from '../../../../source/index.ts';
import {RedisStore} from '../../../../source/redis.ts';
import {ok} from '../../../support/handlers.ts';
import {type OpenedClient, packages} from '../../../support/redis/clients.ts';
import {connecting, furtherPackages} from '../../../support/redis/further-clients.ts';
import {type RedisServer, startRedis} from '../../../support/redis/server.ts';
import {agents} from '../../../support/servers.ts';

const notSent = {
	code: 'ERR_GATEKEEPER_NOT_SENT',
	message: /nothing was sent, and nothing will be$/,
};
const unanswered = {code: 'ERR_GATEKEEPER_UNANSWERED', message: /may have taken effect/};

for (const [name, open] of Object.entries({...packages, ...furtherPackages})) {
	test(`${name}: what was given up in an outage does not happen after it`, async t => {
		const server = await startRedis();
		const {gate, http, pass} = gateOver(t, server, await open(server.port));
		t.is((await gate.report('203.0.113.7')).reports, 1);
		t.regex((await http.get('/')).get('RateLimit') ?? '', /r=99;/);

		await server.kill();
		// Until the client notices that the connection is gone.
		await untilRejected(() => gate.unban('203.0.113.1'), notSent.code);
		const given = await Promise.allSettled(commands(gate));
		t.deepEqual(codes(given), Array(given.length).fill(notSent.code));
		await Promise.all(Array.from({length: 20}, () => http.get('/')));

		await server.restart();
		const standing = await untilItWorks(() => gate.report('203.0.113.7'));
		t.like(standing, {reports: 1, banned: false}, 'the server has forgotten the first report');
		t.deepEqual(await untilItWorks(() => clientsBanned(gate)), []);
		let quota = '';
		do {
			pass(1000);
			quota = (await http.get('/')).get('RateLimit') ?? '';
			// This process has counted those of the outage, and still decides if a member of a pool is not back.
		} while (/r=7\d;/.test(quota));

		t.regex(quota, /r=99;/);
	});
}

for (const [name, open] of Object.entries(connecting)) {
	test(`${name}: what is given up before the first connection does not happen after it`, async t => {
		const server = await startRedis();
		server.pause();
		const {gate} = gateOver(t, server, await open(server.port));

		const given = await Promise.allSettled([...commands(gate), gate.report('203.0.113.7')]);
		t.deepEqual(codes(given), Array(given.length).fill(notSent.code));
		server.resume();
		const standing = await untilItWorks(() => gate.report('203.0.113.7'));
		t.like(standing, {reports: 1, banned: false});
		t.deepEqual(await untilItWorks(() => clientsBanned(gate)), []);
	});
}

for (const [name, client] of Object.entries({
	ioredis: new Redis({lazyConnect: true}),
	redis: createClient(),
	'a pool of redis': createClientPool(),
	'a cluster of redis': createCluster({rootNodes: []}),
	'a sentinel of redis': createSentinel({name: 'main', sentinelRootNodes: []}),
})) {
	test(`${name}: nothing is sent over a client that is closed`, async t => {
		if (client instanceof Redis) {
			client.disconnect();
		}

		const gate = gatekeeper({banRule: [3, 3600, 3600], store: new RedisStore({client})});
		const given = await Promise.allSettled(commands(gate));
		t.deepEqual(codes(given), Array(given.length).fill(notSent.code));
	});
}

for (const [name, open] of Object.entries(packages)) {
	test(`${name}: a command that a server has received and not answered may have happened`, async t => {
		const server = await startRedis();
		const {gate} = gateOver(t, server, await open(server.port));
		await gate.unban('203.0.113.7');

		server.pause();
		await t.throwsAsync(gate.ban('203.0.113.7'), unanswered);
		const ended = Promise.allSettled(commands(gate));
		const read = Promise.allSettled([clientsBanned(gate), gate.inspect('203.0.113.7')]);
		await server.kill();
		t.deepEqual(codes(await ended), Array(4).fill(unanswered.code));
		for (const reading of await read) {
			const error: Error | undefined = reading.status === 'rejected' ? reading.reason : undefined;
			t.notRegex(error?.message ?? unanswered.code, /effect|UNANSWERED/, 'it changes nothing');
		}
	});
}

function gateOver(t: ExecutionContext, server: RedisServer, {client, close}: OpenedClient) {
	t.teardown(async () => {
		await close();
		await server.stop();
	});
	let now = 0;
	const gate = gatekeeper({
		rateLimitRule: [100, 3600],
		banRule: [3, 3600, 3600],
		store: new RedisStore({client, clock: () => now}),
		storeTimeout: 0.3,
	});
	const app = new Koa();
	app.use(gate).use(ok);

	return {
		gate,
		...agents(app),
		pass: (ms: number) => {
			now += ms;
		},
	};
}

/** One of each command that changes something, begun. */
function commands(gate: Gatekeeper): Array<Promise<unknown>> {
	return [
		gate.ban('203.0.113.8'),
		gate.unban('203.0.113.8'),
		gate.reset('203.0.113.7'),
		gate.report('203.0.113.7'),
	];
}

function codes(settled: ReadonlyArray<PromiseSettledResult<unknown>>): unknown[] {
	return settled.map(each => (each.status === 'rejected' ? each.reason.code : 'done'));
}

async function clientsBanned(gate: Gatekeeper): Promise<string[]> {
	const banned: string[] = [];
	for await (const {client} of gate.bans()) {
		banned.push(client);
	}

	return banned;
}

async function untilRejected(ask: () => Promise<unknown>, code: string): Promise<void> {
	for (;;) {
		try {
			await ask();
		} catch (error) {
			if ((error as {code?: string}).code === code) {
				return;
			}
		}

		await setTimeout(20);
	}
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
