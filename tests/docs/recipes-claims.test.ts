import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import type {Socket} from 'node:net';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {promisify} from 'node:util';
import test from 'ava';
import {Redis} from 'ioredis';
import Koa from 'koa';
import {gatekeeper} from '../../source/index.ts';
import {RedisStore} from '../../source/redis.ts';
import {blocks, moduleFolder, root} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {openRecipe} from '../support/recipe.ts';
import {startRedis} from '../support/redis/server.ts';
import {requestStatus} from '../support/request-status.ts';
import {agents, serve} from '../support/servers.ts';
import {upgradeOn} from '../support/upgrade.ts';

const SECOND = 1000;
const alice = '203.0.113.7';

test('a script ends a ban, and running processes admit the client within a second', async t => {
	const server = await startRedis();
	const client = new Redis(server.port);
	t.teardown(async () => {
		client.disconnect();
		await server.stop();
	});
	let now = 0;
	const app = new Koa();
	const gate = gatekeeper({
		ipHeader: 'X-Forwarded-For',
		store: new RedisStore({client, clock: () => now}),
	});
	app.use(gate);
	app.use(ok);
	const {from} = agents(app);
	const [code = ''] = await blocks('docs/recipes.md', 'End a ban from a script');
	const script = join(await moduleFolder(t), 'unban.ts');
	await writeFile(script, code);
	const run = (named: string) =>
		promisify(execFile)(process.execPath, ['--import=tsx', script, named], {
			cwd: root,
			env: {...process.env, REDIS_URL: `redis://127.0.0.1:${server.port}`},
		});

	await gate.ban(alice);
	t.is((await from(alice).get('/')).status, 403);
	await run(alice);
	now += SECOND;
	t.is((await from(alice).get('/')).status, 200);
	await t.throwsAsync(run('unknown'), {message: /`client` must be an address/});
});

test('of 500 guesses at once, the login recipe admits five', async t => {
	const {app} = await openRecipe(t, 'docs/recipes.md', 'Count only failed logins');
	const {origin} = await serve(t, app);
	const guess = () =>
		requestStatus(`${origin}/login`, {method: 'POST', headers: {'X-Forwarded-For': alice}});

	const seen = await Promise.all(Array.from({length: 500}, guess));
	t.is(seen.filter(status => status === 401).length, 5);
	t.is(seen.filter(status => status === 429).length, 495);
});

test('gates that share a store share their bans', async t => {
	const {store} = manualClockStore();
	const login = gatekeeper({store, banRule: [1, 60, 600]});
	const {http, router} = gatedApp({store});
	router.post('/login', login, ctx => {
		ctx.report();
	});

	await http.post('/login');
	t.is((await http.get('/ping')).status, 403);
});

test('a banned client can upgrade a connection, and a ban does not end an open stream', async t => {
	const stream = new PassThrough();
	const {app, gate} = gatedApp({}, router => {
		router.get('/stream', ctx => {
			ctx.body = stream;
		});
	});
	const {origin, server} = await serve(t, app);
	server.on('upgrade', (_request, socket: Socket) => {
		socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
	});
	stream.write('before');
	const response = await fetch(`${origin}/stream`);

	await gate.ban('127.0.0.1');
	t.is((await fetch(`${origin}/ping`)).status, 403);
	t.is((await upgradeOn(t, server))[0], 101);
	stream.end(' and after');
	t.is(await response.text(), 'before and after');
});
