import {randomUUID} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import Koa from 'koa';
import type {Agent} from 'supertest';
import {type Gatekeeper, gatekeeper, type StoreErrorPolicy} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {agents} from '../servers.ts';
import {unhandledRejections} from '../unhandled-rejections.ts';
import {type OpenClient, packages} from './clients.ts';
import {type RedisServer, startRedis} from './server.ts';
import {type Network, networkTo} from './stalling.ts';

/** The count of the limit rule. */
export const COUNT = 10;

/** An app whose store has its own server, behind its own network. */
export interface FaultyServer {
	readonly server: RedisServer;
	readonly network: Network;
	readonly prefix: string;
	readonly http: Agent;
	readonly gate: Gatekeeper;
	readonly store: RedisStore;
	/** Runs a command on the server, past the network. */
	run(...command: string[]): Promise<unknown>;
	/** Moves the clock of this process on by milliseconds. */
	pass(ms: number): void;
}

/**
 * Runs a test once for each package, in parallel, since most of its time is spent on waiting. Such a test must
 * be serial. It fails too if there is an unhandled rejection.
 */
export async function forEachPackage(
	t: ExecutionContext,
	body: (faulty: FaultyServer, name: string) => Promise<void>,
	onStoreError: StoreErrorPolicy = 'memory',
): Promise<void> {
	const unhandled = unhandledRejections(t);
	const results = await Promise.allSettled(
		Object.entries(packages).map(async ([name, open]) =>
			body(await openFaultyServer(t, open, onStoreError), name),
		),
	);

	t.deepEqual(
		results.flatMap(result => (result.status === 'rejected' ? [result.reason] : [])),
		[],
	);
	t.deepEqual(unhandled, []);
}

async function openFaultyServer(
	t: ExecutionContext,
	open: OpenClient,
	onStoreError: StoreErrorPolicy,
): Promise<FaultyServer> {
	const server = await startRedis();
	const network = await networkTo(server.port);
	const [behind, direct] = await Promise.all([open(network.port), open(server.port)]);
	t.teardown(async () => {
		await Promise.all([behind.close(), direct.close()]);
		network.close();
		await server.stop();
	});

	const prefix = `${randomUUID()}:`;
	let now = 0;
	const store = new RedisStore({client: behind.client, prefix, clock: () => now});
	const gate = gatekeeper({
		rateLimitRule: [COUNT, 3600],
		banRule: [2, 60, 600],
		store,
		storeTimeout: 0.5,
		onStoreError,
	});
	t.teardown(() => gate.close());
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

/** Sends 20 requests in parallel, and returns their statuses. */
export async function sendMany(http: Agent): Promise<number[]> {
	return Promise.all(Array.from({length: 20}, async () => (await http.get('/')).status));
}
