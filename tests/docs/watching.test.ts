import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import type Koa from 'koa';
import supertest from 'supertest';
import type {Gatekeeper} from '../../source/index.ts';
import {blocks, importModule, moduleFolder, readPage, sample} from '../support/documents.ts';
import {ok} from '../support/handlers.ts';
import {until} from '../support/latch.ts';
import {agents} from '../support/servers.ts';

const page = 'docs/watching.md';

interface Watched {
	readonly app: Koa;
	readonly gate: Gatekeeper;
	readonly metrics: Koa;
}

/** Runs the first block under a heading. */
async function open(
	t: Parameters<typeof importModule>[0],
	heading: string,
	changes: (code: string) => string = code => code,
): Promise<Watched & ReturnType<typeof agents>> {
	const [code = ''] = await blocks(page, heading);
	const names = ['app', 'gate', ...(code.includes('const metrics') ? ['metrics'] : [])];
	const watched = await importModule<Watched>(
		t,
		changes(code)
			.replace(/^\w+\.listen\(.*$/gm, '')
			.replace('export {};', `export {${names.join(', ')}};`),
	);
	watched.app.silent = true;
	watched.app.use(ok);

	return {...watched, ...agents(watched.app)};
}

test.serial('the recipe for pino writes a line for each event but refusals', async t => {
	const file = join(await moduleFolder(t), 'log');
	const toFile = `pino(pino.destination({dest: ${JSON.stringify(file)}, sync: true}))`;
	const {gate, http} = await open(t, 'Log with pino', code =>
		code.replace('pino();', `${toFile};`),
	);

	await gate.ban('127.0.0.1', {reason: 'scraper', duration: Infinity});
	t.is((await http.get('/')).status, 403);
	await gate.unban('127.0.0.1');
	t.is((await http.get('/')).status, 200);

	const lines = (await readFile(file, 'utf8')).trim().split('\n');
	t.like(
		lines.map(line => JSON.parse(line)),
		[
			{
				level: 40,
				msg: 'banned',
				client: '127.0.0.1',
				by: 'hand',
				reason: 'scraper',
				retryAfter: null,
			},
			{level: 30, msg: 'unbanned', client: '127.0.0.1'},
		],
	);
	t.is(lines.length, 2);
});

test.serial('with the level debug it writes refusals, without their context', async t => {
	const file = join(await moduleFolder(t), 'log');
	const toFile = `pino({level: 'debug'}, pino.destination({dest: ${JSON.stringify(file)}, sync: true}))`;
	const {gate, http} = await open(t, 'Log with pino', code =>
		code.replace('pino();', `${toFile};`),
	);

	await gate.ban('127.0.0.1', {duration: 60});
	await http.get('/path?query=1');
	const [, line = ''] = (await readFile(file, 'utf8')).split('\n');
	const {time: _, pid: _pid, hostname: _host, ...logged} = JSON.parse(line);
	t.deepEqual(logged, {
		level: 20,
		client: '127.0.0.1',
		kind: 'banned',
		status: 403,
		rules: [],
		by: 'hand',
		retryAfter: 60,
		path: '/path',
		msg: 'refused',
	});
});

test.serial(
	'the block for Prometheus serves every metric that its table lists, and no other',
	async t => {
		const {metrics, http} = await open(t, 'Prometheus');
		await http.get('/');
		const {text} = await supertest(metrics.callback()).get('/');
		const served = [...text.matchAll(/^# TYPE (gatekeeper_\w+) /gm)].map(([, name]) => name);
		const listed = [...(await readPage(page)).matchAll(/^\| `(gatekeeper_\w+)`/gm)].map(
			([, name]) => name,
		);

		t.true(served.length >= 9);
		t.deepEqual(listed.sort(), served.sort());
		t.regex(text, /^gatekeeper_requests_total\{gate="gate",verdict="admitted"\} 1$/m);

		const queries = await sample(page, 'Prometheus', 'promql');
		t.is(queries.match(/^# /gm)?.length, 5);
		for (const [name] of queries.matchAll(/gatekeeper_\w+/g)) {
			t.true(served.includes(name), name);
		}
	},
);

test('the example of an event hears of a ban', async t => {
	const {gate} = await open(t, 'Events');
	const lines: string[] = [];
	const {warn} = console;
	console.warn = (line: string) => lines.push(line);
	t.teardown(() => {
		console.warn = warn;
	});

	await gate.ban('203.0.113.7', {duration: 60, reason: 'scraper'});
	await gate.ban('203.0.113.8', {duration: Infinity});
	await until(() => lines.length > 1);
	t.deepEqual(lines, [
		'{"banned":"203.0.113.7","length":"for 60 s","by":"hand","reason":"scraper"}',
		'{"banned":"203.0.113.8","length":"without end","by":"hand"}',
	]);
});
