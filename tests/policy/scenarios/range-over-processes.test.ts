/* A range is banned on one process, and felt on another that shares its server. Clocks are real here. */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type OpenedClient, packages} from '../../support/redis/clients.ts';
import {startRedis} from '../../support/redis/server.ts';
import {requestStatus} from '../../support/request-status.ts';
import {tally} from '../../support/visitors.ts';

const RANGE = '203.0.113.0/24';
/** Milliseconds. The promise is a second, but this machine may be busy. */
const SOON = 10_000;

test.serial(
	'a range that one process bans and unbans is felt on another, and costs no request a command',
	async t => {
		const redis = await openRedis(t);
		const [one, other] = await Promise.all([startApp(t, redis), startApp(t, redis)]);
		const inside = Array.from({length: 50}, (_, index) => `203.0.113.${index}`);
		const outside = Array.from({length: 50}, (_, index) => `203.0.114.${index}`);
		await Promise.all([one, other].map(({until}) => until('203.0.113.7', 200)));
		const before = await visits(redis, other, outside);
		t.deepEqual(before.statuses, {200: 50});

		await one.operate('ban', RANGE);
		t.is(await one.visit('203.0.113.7'), 403, 'at once on the process itself');
		await other.until('203.0.113.7', 403);
		const banned = await visits(redis, other, inside);
		t.deepEqual(banned.statuses, {403: 50}, 'also clients that it has never seen');
		t.is(banned.questions, 0, 'nobody asks the server about them');
		const after = await visits(redis, other, outside);
		t.deepEqual(after, before, 'a range costs others nothing');
		t.is(after.questions, 50);

		await other.operate('unban', RANGE);
		t.is(await other.visit('203.0.113.7'), 200);
		await one.until('203.0.113.7', 200);
		t.pass('felt there, too');
	},
);

interface Redis extends OpenedClient {
	readonly port: number;
}

async function openRedis(t: ExecutionContext): Promise<Redis> {
	const server = await startRedis();
	t.teardown(server.stop);
	const client = await packages.ioredis(server.port);
	t.teardown(client.close);

	return {port: server.port, ...client};
}

interface App {
	operate(verb: 'ban' | 'unban', range: string): Promise<void>;
	visit(client: string): Promise<number>;
	/** Waits until a client gets this status. */
	until(client: string, status: number): Promise<void>;
}

async function startApp(t: ExecutionContext, {port}: Redis): Promise<App> {
	const child = fork(new URL('../../support/redis/range-app.js', import.meta.url), [String(port)]);
	t.teardown(() => child.kill());
	const url: string = await nextMessage(child);
	const visit = (client: string) => requestStatus(url, {headers: {'X-Forwarded-For': client}});

	return {
		visit,
		operate: async (verb, range) => {
			child.send([verb, range]);
			await nextMessage(child);
		},
		until: async (client, status) => {
			const end = performance.now() + SOON;
			while ((await visit(client)) !== status) {
				if (performance.now() > end) {
					throw new Error(`${client} does not get ${status} within ${SOON} ms`);
				}

				await setTimeout(20);
			}
		},
	};
}

async function nextMessage(child: ChildProcess): Promise<string> {
	const [message] = await Promise.race([once(child, 'message'), failed(child)]);

	return message;
}

async function failed(child: ChildProcess): Promise<never> {
	const [code] = await once(child, 'exit');
	throw new Error(`The app ended with ${code}`);
}

interface Visits {
	readonly statuses: Record<string, number>;
	/** How many scripts the server ran meanwhile, beside those that read the ranges. */
	readonly questions: number;
}

/** Lets each client visit an app once. Meanwhile each process reads the ranges once a second, and no more. */
async function visits(redis: Redis, {visit}: App, clients: readonly string[]): Promise<Visits> {
	const began = performance.now();
	const before = await scripts(redis);
	const statuses: number[] = [];
	for (const client of clients) {
		// One after the other: a process asks about several clients at once.
		statuses.push(await visit(client));
	}

	const after = await scripts(redis);
	const reads = after.reads - before.reads;
	const seconds = (performance.now() - began) / 1000;
	if (reads > 2 * (seconds + 1)) {
		throw new Error(`The ranges were read ${reads} times within ${seconds} s`);
	}

	return {statuses: tally(statuses), questions: after.all - before.all - reads};
}

/** How many scripts the server has run, and how many of them read the ranges: only these ask for the type of a key. */
async function scripts({run}: Redis): Promise<{all: number; reads: number}> {
	const stats = String(await run('INFO', 'commandstats'));
	const calls = (command: string) =>
		Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);

	return {all: calls('evalsha') + calls('eval'), reads: calls('type')};
}
