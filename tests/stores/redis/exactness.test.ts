import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import test from 'ava';
import {type OpenedClient, packages} from '../../support/redis/clients.ts';
import {type RedisServer, startRedis} from '../../support/redis/server.ts';
import {requestStatus} from '../../support/request-status.ts';

const PROCESSES = 3;
const REQUESTS = 50;
const COUNT = 100;
const WINDOW = 60;

let server: RedisServer;
let direct: OpenedClient;
let apps: readonly App[] = [];

test.before(async () => {
	server = await startRedis();
	direct = await packages.redis(server.port);
	apps = await Promise.all(Array.from({length: PROCESSES}, startApp));
});

test.after.always(async () => {
	for (const {child} of apps) {
		child.kill();
	}

	await direct?.close();
	await server?.stop();
});

for (const name of Object.keys(packages)) {
	test(`of many parallel requests to many processes, exactly the quota is admitted (${name})`, async t => {
		const clock = `${name}:clock`;
		await direct.run('SET', clock, '1800000000000');

		for (let window = 0; window < 2; window += 1) {
			const statuses = await sendAll(name, REQUESTS);
			t.is(statuses.filter(status => status === 200).length, COUNT, `in window ${window}`);
			t.is(statuses.filter(status => status === 429).length, PROCESSES * REQUESTS - COUNT);

			await direct.run('INCRBY', clock, String(WINDOW * 1000 - 1));
			t.deepEqual(new Set(await sendAll(name, 1)), new Set([429]), '1 ms before the window ends');
			await direct.run('INCRBY', clock, '1');
		}
	});
}

interface App {
	readonly child: ChildProcess;
	readonly url: string;
}

async function startApp(): Promise<App> {
	const child = fork(new URL('../../support/redis/app.js', import.meta.url), [
		String(server.port),
		String(COUNT),
		String(WINDOW),
	]);
	const [url] = await Promise.race([once(child, 'message'), failed(child)]);

	return {child, url};
}

async function failed(child: ChildProcess): Promise<never> {
	const [code] = await once(child, 'exit');
	throw new Error(`The app ended with ${code}`);
}

/** Sends a number of requests of one client to each app, all in parallel, and returns their statuses. */
async function sendAll(name: string, requests: number): Promise<number[]> {
	const statuses = apps.flatMap(({url}) =>
		Array.from({length: requests}, () =>
			requestStatus(`${url}/${name}`, {headers: {'x-client': 'a'}}),
		),
	);

	return Promise.all(statuses);
}
