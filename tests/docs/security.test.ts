import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {type ClientRequest, request} from 'node:http';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {bodyParser} from '@koa/bodyparser';
import test from 'ava';
import type Koa from 'koa';
import type {Middleware} from 'koa';
import {MemoryStore, specific} from '../../source/index.ts';
import {blocks, moduleFolder} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {until} from '../support/latch.ts';
import {serve} from '../support/servers.ts';

const hour = 3_600_000;

test('of 500 guesses at once, the rule on the login route lets five be judged', async t => {
	const folder = await moduleFolder(t);
	const [example = ''] = await blocks('docs/security.md', 'Guesses in parallel');
	const file = join(folder, 'login.ts');
	const code = example.replace('export {};', 'app.use(router.routes());\nexport default app;');
	await writeFile(file, code);
	const {default: app} = (await import(pathToFileURL(file).href)) as {default: Koa};
	app.silent = true;
	const {origin} = await serve(t, app);
	const guess = async () => (await fetch(`${origin}/login`, {method: 'POST'})).status;

	const statuses = await Promise.all(Array.from({length: 500}, guess));
	t.is(statuses.filter(status => status === 401).length, 5);
	t.is(statuses.filter(status => status === 429 || status === 403).length, 495);
	t.is(await guess(), 403);
});

test('bodies held back are judged together, unless the rule stands after the body parser', async t => {
	const parse = bodyParser();
	const perClient = () => specific({count: 5, window: '1m', name: 'login'});
	const judge: Middleware = ctx => {
		judged += 1;
		ctx.report();
		ctx.status = 401;
	};
	let judged = 0;
	let arrived = 0;
	const arrive: Middleware = (_ctx, next) => {
		arrived += 1;
		return next();
	};
	const {app, pass} = gatedApp({banRule: [3, 60, 600]}, router => {
		router.post('/before', perClient(), arrive, parse, judge);
		router.post('/after', arrive, parse, perClient(), judge);
	});
	const {port} = await serve(t, app);
	const heldBack = async (path: string): Promise<number> => {
		judged = 0;
		arrived = 0;
		const requests: ClientRequest[] = [];
		for (let window = 1; window <= 5; window += 1) {
			for (let guess = 0; guess < 5; guess += 1) {
				requests.push(post(port, path));
			}

			await until(() => arrived === window * 5);
			pass(60_000);
		}

		const responses = requests.map(request => once(request, 'response'));
		for (const request of requests) {
			request.end('"}');
		}

		for (const [response] of await Promise.all(responses)) {
			response.resume();
		}

		return judged;
	};

	t.true((await heldBack('/after')) <= 5);
	pass(600_000);
	t.true((await heldBack('/before')) > 5);
});

/** Sends a request without the end of its body. */
function post(port: number, path: string): ClientRequest {
	const sent = request({
		port,
		path,
		method: 'POST',
		headers: {'Content-Type': 'application/json'},
	});
	sent.write('{"password": "guess');
	return sent;
}

test('a gate by address before one with a key ends guesses at it', async t => {
	const folder = await moduleFolder(t);
	const [example = ''] = await blocks('docs/security.md', 'Guesses at a key');
	const file = join(folder, 'pins.ts');
	const code = example.replace('export {};', 'app.use(router.routes());\nexport default app;');
	await writeFile(file, code);
	const {default: app} = (await import(pathToFileURL(file).href)) as {default: Koa};
	app.silent = true;
	const {origin} = await serve(t, app);
	const status = async (pin: string) =>
		(await fetch(`${origin}/account`, {headers: {'X-Pin': pin}})).status;

	t.is(await status('1234'), 200);
	t.deepEqual([await status('1'), await status('2'), await status('3')], [401, 401, 401]);
	t.deepEqual([await status('4'), await status('1234')], [403, 403]);
});

const account = [{name: 'account', count: 20, window: hour, id: `20/${hour}/account`}];

/** Whether an account is known still, once so many others have got as far, and many more not so far. */
function isKnownAfter(others: number, tries: number, rules: typeof account): boolean {
	const store = new MemoryStore({clock: () => 0});
	const tryAccount = (key: string, by = rules) =>
		store.admit(key, by, {immune: true, requester: '2001:db8::/64'});
	const tryOften = (key: string) => {
		for (let tried = 0; tried < tries; tried += 1) {
			tryAccount(key);
		}
	};

	tryOften('alice');
	for (let other = 0; other < 100_000; other += 1) {
		tryAccount(`made up ${other}`);
	}

	for (let other = 0; other < others; other += 1) {
		tryOften(`other ${other}`);
	}

	// Those who are there already push out nobody by more of the same.
	for (let other = Math.max(0, others - 5000); other < others; other += 1) {
		tryAccount(`other ${other}`);
	}

	const verdict = tryAccount('alice');
	const [quota] = 'quotas' in verdict ? verdict.quotas : [];
	return verdict.kind === 'limited' || quota?.remaining === 20 - tries - 1;
}

test('an account with 8 tries is forgotten by no fewer than 43,690 others that get there after it', t => {
	t.true(isKnownAfter(43_689, 8, account));
});

test('an account with 5 tries of 5 is forgotten by no fewer than 43,690 others that are full after it', t => {
	const few = [{name: 'few', count: 5, window: hour, id: `5/${hour}/few`}];
	t.true(isKnownAfter(43_689, 5, few));
});

test('a client that has sent little is forgotten by no fewer than 21,845 new ones', t => {
	const rules = [{name: 'global', count: 100, window: hour, id: `100/${hour}/global`}];
	const store = new MemoryStore({clock: () => 0});
	const remaining = () => {
		const verdict = store.admit('a', rules, {});
		return 'quotas' in verdict ? verdict.quotas[0]?.remaining : undefined;
	};

	t.is(remaining(), 99);
	for (let client = 0; client < 21_844; client += 1) {
		store.admit(`new ${client}`, rules, {});
	}

	t.is(remaining(), 98);
});

test('a ban by reports is ended by no fewer than 100,000 later ones, and one by hand by none', t => {
	const banRule = {name: 'ban', count: 3, window: hour, id: `3/${hour}/ban`, duration: hour};
	const store = new MemoryStore({clock: () => 0});
	store.report('reported', banRule, {weight: 3});
	store.ban('by hand', {duration: 1});
	for (let client = 0; client < 99_999; client += 1) {
		store.report(`client ${client}`, banRule, {weight: 3});
	}

	t.is(store.admit('reported', [], {}).kind, 'banned');
	store.report('one more', banRule, {weight: 3});
	t.is(store.admit('one more', [], {}).kind, 'banned');
	t.is(store.admit('reported', [], {}).kind, 'admitted');
	t.is(store.admit('by hand', [], {}).kind, 'banned');
});
