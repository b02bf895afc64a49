import {spawnSync} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {runDemo} from './support/demo.ts';
import {lured} from './support/lured.ts';

/** On a busy machine, the demo may have closed a connection that waits for the next request. */
function send(url: string, {headers, ...init}: RequestInit = {}): Promise<Response> {
	return fetch(url, {
		...init,
		headers: {...headers, connection: 'close'} as Record<string, string>,
	});
}

test('each route of the demo is limited or exempt as its name says', async t => {
	const {url, printed} = await runDemo(t);
	const get = async (path: string, init?: RequestInit) => {
		const response = await send(url + path, init);
		return {status: response.status, headers: response.headers, text: await response.text()};
	};
	const login = (password: string) =>
		get('/login', {
			method: 'POST',
			headers: {'Content-Type': 'application/json'},
			body: JSON.stringify({password}),
		});

	t.regex(printed, new RegExp(`curl -i ${url}/ping`));
	t.is((await login('password')).text, 'welcome\n');
	t.is((await login('guess')).status, 401);
	t.is((await login('guess')).status, 401);
	t.is((await get('/global_plus_specific')).status, 200);
	t.is((await get('/global_plus_specific')).status, 429);

	for (let counted = 5; counted < 100; counted += 1) {
		t.is(
			(await get('/ping')).headers.get('ratelimit')?.split(';t=')[0],
			`"global";r=${99 - counted}`,
		);
	}

	const limited = await get('/ping');
	t.is(limited.status, 429);
	const retryAfter = Number(limited.headers.get('retry-after'));
	t.true(retryAfter > 0 && retryAfter <= 60, String(retryAfter));
	t.is(limited.text, `rate limited for ${retryAfter}s (over 100 requests in a 60s window)\n`);
	t.is((await login('password')).status, 429);

	t.is((await get('/standalone')).status, 200);
	t.is((await get('/standalone')).status, 429);
	t.is((await get('/bypass')).status, 200);
});

test('three wrong passwords ban a client from every route of the demo except /bypass', async t => {
	const {url} = await runDemo(t);

	const guess = (headers = {}) => send(`${url}/login`, {method: 'POST', headers});

	for (const headers of lured) {
		t.is((await guess(headers)).status, 403, 'of a page elsewhere');
	}

	for (let guesses = 0; guesses < 3; guesses += 1) {
		t.is((await guess()).status, 401);
	}

	for (const path of ['/ping', '/login', '/global_plus_specific', '/standalone', '/nowhere']) {
		const {status, headers} = await send(url + path);
		t.is(status, 403);
		const retryAfter = Number(headers.get('retry-after'));
		t.true(retryAfter > 500 && retryAfter <= 600, String(retryAfter));
	}

	t.is((await send(`${url}/bypass`)).status, 200);
});

test('with two workers and a file, a ban by one worker holds in the other, and after a restart', async t => {
	const directory = await mkdtemp(join(tmpdir(), 'demo-'));
	t.teardown(() => rm(directory, {recursive: true}));
	const program = ['build/demo/start.js', '--workers', '2', '--store', 'local'];
	const start = () => runDemo(t, program, {TMPDIR: directory});
	const {url, printed, stop} = await start();
	t.regex(printed, /2 processes answer in turns/);
	for (let guess = 0; guess < 3; guess += 1) {
		t.is((await send(`${url}/login`, {method: 'POST'})).status, 401);
	}

	const statuses = async (of: string) => {
		const responses = await Promise.all(Array.from({length: 8}, () => send(`${of}/ping`)));
		return new Set(responses.map(({status}) => status));
	};
	t.deepEqual(await statuses(url), new Set([403]));
	await stop();
	t.deepEqual(await statuses((await start()).url), new Set([403]));
});

test('where its port is in use, the demo says how to choose another', async t => {
	const {url} = await runDemo(t);
	const port = Number(new URL(url).port);
	for (const workers of ['1', '2']) {
		const {status, stderr} = spawnSync(
			process.execPath,
			['build/demo/start.js', '--workers', workers],
			{env: {...process.env, PORT: String(port)}, encoding: 'utf8'},
		);
		t.is(status, workers === '1' ? 1 : 0);
		t.is(
			[...new Set(stderr.trim().split('\n'))].join(),
			`Port ${port} is in use. Choose another: PORT=${port + 1} npm run demo`,
		);
	}
});
