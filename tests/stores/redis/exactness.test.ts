import {type ChildProcess, fork} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import test from 'ava';
import {packages} from '../../support/redis/clients.ts';
import {startRedis} from '../../support/redis/server.ts';

const PROCESSES = 4;
const REQUESTS = 100;
const COUNT = 100;
const WINDOW = 60;

const server = await startRedis();
test.after.always(() => server.stop());

for (const [name, open] of Object.entries(packages)) {
	test.serial(
		`of many requests to many processes at once, exactly the quota comes in (${name})`,
		async t => {
			const prefix = `${randomUUID()}:`;
			const {run, close} = await open(server.port);
			await run('SET', `${prefix}clock`, '1800000000000');
			const apps = await Promise.all(
				Array.from({length: PROCESSES}, () => startApp(name, server.port, prefix)),
			);
			t.teardown(() => {
				for (const {child} of apps) {
					child.kill();
				}
			});

			for (let window = 0; window < 4; window += 1) {
				const statuses = await askAll(apps, REQUESTS);
				t.is(statuses.filter(status => status === 200).length, COUNT, `in window ${window}`);
				t.is(statuses.filter(status => status === 429).length, PROCESSES * REQUESTS - COUNT);

				await run('INCRBY', `${prefix}clock`, String(WINDOW * 1000 - 1));
				t.deepEqual(new Set(await askAll(apps, 1)), new Set([429]), '1 ms before it has left');
				await run('INCRBY', `${prefix}clock`, '1');
			}

			await close();
		},
	);
}

interface App {
	readonly child: ChildProcess;
	readonly url: string;
}

async function startApp(name: string, port: number, prefix: string): Promise<App> {
	const child = fork(new URL('../../support/redis/app.js', import.meta.url), [
		name,
		String(port),
		prefix,
		String(COUNT),
		String(WINDOW),
	]);
	const [url] = await Promise.race([once(child, 'message'), ended(child)]);

	return {child, url};
}

async function ended(child: ChildProcess): Promise<never> {
	const [code] = await once(child, 'exit');
	throw new Error(`The app ended with ${code}`);
}

/** The statuses of so many requests to each, all at once, by one client. */
async function askAll(apps: readonly App[], requests: number): Promise<number[]> {
	const answers = apps.flatMap(({url}) =>
		Array.from({length: requests}, async () => {
			const response = await fetch(url, {headers: {'x-client': 'a'}});
			await response.arrayBuffer();
			return response.status;
		}),
	);

	return Promise.all(answers);
}
