import {randomUUID} from 'node:crypto';
import {setImmediate} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import Koa from 'koa';
import type {Agent} from 'supertest';
import {type Gatekeeper, gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {inTime} from '../../../source/stores/guard/in-time.ts';
import {type OpenedClient, packages} from '../../support/redis/clients.ts';
import {type RedisServer, startRedis} from '../../support/redis/server.ts';
import {type Network, networkTo} from '../../support/redis/stalling.ts';
import {agents} from '../../support/servers.ts';
import {warnings} from '../../support/warnings.ts';

const COUNT = 10;

/** What goes wrong, and how it is mended. */
interface Fault {
	readonly begin: (world: World) => unknown;
	readonly end: (world: World) => unknown;
	/** Whether some questions must fail, none may, or it depends on the moment. */
	readonly fails: 'always' | 'never' | 'perhaps';
}

interface World {
	readonly server: RedisServer;
	readonly network: Network;
	readonly prefix: string;
	/** What the server does for an operator, past the network. */
	run(...command: string[]): Promise<unknown>;
}

const faults: Readonly<Record<string, Fault>> = {
	'is killed': {
		begin: ({server}) => server.kill(),
		end: ({server}) => server.restart(),
		fails: 'always',
	},
	'is restarted': {begin: ({server}) => server.restart(), end: () => {}, fails: 'perhaps'},
	hangs: {begin: ({server}) => server.pause(), end: ({server}) => server.resume(), fails: 'always'},
	'cannot be reached': {
		begin: ({network}) => network.stall(),
		end: ({network}) => network.flow(),
		fails: 'always',
	},
	'has its scripts flushed': {
		begin: ({run}) => run('SCRIPT', 'FLUSH'),
		end: () => {},
		fails: 'never',
	},
	'is out of memory': {
		begin: ({run}) => run('CONFIG', 'SET', 'maxmemory', '1'),
		end: ({run}) => run('CONFIG', 'SET', 'maxmemory', '0'),
		fails: 'always',
	},
	'may only be read': {
		begin: ({run}) => run('REPLICAOF', '127.0.0.1', '1'),
		end: ({run}) => run('REPLICAOF', 'NO', 'ONE'),
		fails: 'always',
	},
	'has lists where the client should be': {
		begin: async ({run, prefix}) => {
			const keys = (await run('KEYS', `${prefix}*`)) as string[];
			// At once, since requests are on their way that write them.
			const script =
				"for _, key in ipairs(KEYS) do redis.call('DEL', key) redis.call('RPUSH', key, 'x') end";
			await run('EVAL', script, String(keys.length), ...keys);
		},
		end: () => {},
		fails: 'never',
	},
};

for (const [name, open] of Object.entries(packages)) {
	for (const [what, fault] of Object.entries(faults)) {
		test.serial(
			`${name}: a server that ${what} in mid-load fails no request, and admits one quota more at most`,
			async t => {
				const world = await begin(t, open);
				const {http, gate, store, pass} = world;
				const told = warnings(t);
				t.is((await http.get('/')).status, 200);

				const before = askMany(http);
				await fault.begin(world);
				const during = await statusesOf([...(await before), ...(await askMany(http))]);
				t.deepEqual([...during.keys()].sort(), [200, 429]);
				// What the store had admitted, and the quota of this process's own memory.
				t.true((during.get(200) ?? 0) <= 2 * COUNT, `${during.get(200)} were admitted`);

				await fault.end(world);
				await untilWell(store);
				pass(1000);
				await http.get('/');
				await gate.reset('127.0.0.1');
				const after = await statusesOf(await askMany(http));
				t.is(after.get(200), COUNT, 'the store decides again');
				pass(10_000);
				await http.get('/');
				const codes = await told.codes();
				const changes = ['GATEKEEPER_STORE_FAILED', 'GATEKEEPER_STORE_RECOVERED'];
				t.true(
					(fault.fails !== 'never' && isDeepStrictEqual(codes, changes)) ||
						(fault.fails !== 'always' && codes.length === 0),
					codes.join(', '),
				);
			},
		);
	}

	test.serial(`${name}: a ban that this process knows holds while the server is gone`, async t => {
		const {http, gate, server, store} = await begin(t, open);
		await gate.ban('127.0.0.1', {duration: 600, reason: 'spam'});
		t.is((await http.get('/')).status, 403);
		await server.kill();

		store.close();
		t.is((await http.get('/')).status, 403);
		t.is((await http.get('/')).status, 403);
	});

	test.serial(`${name}: a report made while the server is gone counts here`, async t => {
		const {http, server} = await begin(t, open);
		await server.kill();

		t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
		t.deepEqual((await http.get('/report')).body, {reports: 2, banned: true, retryAfter: 600});
		t.is((await http.get('/')).status, 403);
	});

	test.serial(
		`${name}: under 'open' and 'closed' a server that is gone lets all in, or none`,
		async t => {
			const open503 = await begin(t, open, {onStoreError: 'closed'});
			await open503.server.kill();
			const closed = await statusesOf(await askMany(open503.http));
			t.deepEqual([...closed.keys()], [503]);

			const open200 = await begin(t, open, {onStoreError: 'open'});
			await open200.server.kill();
			const opened = await statusesOf(await askMany(open200.http));
			t.deepEqual([...opened.keys()], [200]);
		},
	);

	test.serial(`${name}: a verb rejects while the server is gone, in time`, async t => {
		const {gate, server} = await begin(t, open);
		await server.kill();

		await Promise.all(
			[
				gate.ban('203.0.113.7'),
				gate.unban('203.0.113.7'),
				gate.reset('203.0.113.7'),
				gate.bans().next(),
			].map(verb => t.throwsAsync(verb)),
		);
	});
}

interface Begun extends World {
	readonly http: Agent;
	readonly gate: Gatekeeper;
	readonly store: RedisStore;
	/** Lets time pass for this process alone, in milliseconds. */
	pass(ms: number): void;
}

/** An app whose store is behind a network of its own, on a server of its own. */
async function begin(
	t: ExecutionContext,
	open: (port: number) => Promise<OpenedClient>,
	options: {readonly onStoreError?: 'open' | 'closed'} = {},
): Promise<Begun> {
	const unhandled: unknown[] = [];
	const listener = (error: unknown) => {
		unhandled.push(error);
	};
	process.on('unhandledRejection', listener);
	const server = await startRedis();
	const network = await networkTo(server.port);
	const behind = await open(network.port);
	const direct = await open(server.port);
	t.teardown(async () => {
		process.off('unhandledRejection', listener);
		await Promise.all([behind.close(), direct.close()]);
		network.close();
		await server.stop();
		if (unhandled.length > 0) {
			throw new Error(`Unhandled rejections: ${unhandled.join(', ')}`);
		}
	});

	const prefix = `${randomUUID()}:`;
	let now = 0;
	const store = new RedisStore({client: behind.client, prefix, clock: () => now});
	const gate = gatekeeper({
		rateLimitRule: [COUNT, 3600],
		banRule: [2, 60, 600],
		store,
		storeTimeout: 0.5,
		...options,
	});
	const app = new Koa();
	app.use(gate);
	app.use(async ctx => {
		ctx.body = ctx.path === '/report' ? await ctx.report() : 'ok';
	});

	return {
		server,
		network,
		prefix,
		run: direct.run,
		http: agents(app).http,
		gate,
		store,
		pass: ms => {
			now += ms;
		},
	};
}

async function askMany(http: Agent): Promise<number[]> {
	return Promise.all(Array.from({length: 30}, async () => (await http.get('/')).status));
}

async function statusesOf(statuses: readonly number[]): Promise<Map<number, number>> {
	const times = new Map<number, number>();
	for (const status of statuses) {
		times.set(status, (times.get(status) ?? 0) + 1);
	}

	return times;
}

/** Resolves once the store's client has found the server again. */
async function untilWell(store: RedisStore): Promise<void> {
	for (;;) {
		try {
			await inTime(Promise.resolve(store.admit('nobody', [], {})), 100);
			return;
		} catch {
			await setImmediate();
		}
	}
}
