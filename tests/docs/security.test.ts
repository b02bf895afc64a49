import {once} from 'node:events';
import {type ClientRequest, request} from 'node:http';
import {bodyParser} from '@koa/bodyparser';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import type {Middleware} from 'koa';
import {MemoryStore, specific} from '../../source/index.ts';
import {blocks, importModule} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {until} from '../support/latch.ts';
import {lured} from '../support/lured.ts';
import {requestStatus} from '../support/request-status.ts';
import {serve} from '../support/servers.ts';

const hour = 3_600_000;

/** Serves the first example under a heading of docs/security.md, and returns its origin. */
async function serveExample(t: ExecutionContext, heading: string): Promise<string> {
	const [example = ''] = await blocks('docs/security.md', heading);
	const code = example.replace('export {};', 'app.use(router.routes());\nexport {app};');
	const {app} = await importModule<{app: Koa}>(t, code);
	app.silent = true;

	return (await serve(t, app)).origin;
}

test('of 500 guesses at once, the rule on the login route admits five at most', async t => {
	const origin = await serveExample(t, 'Guesses in parallel');
	const guess = (headers = {}) => requestStatus(`${origin}/login`, {method: 'POST', headers});
	for (const headers of lured) {
		t.is(await guess(headers), 403);
	}

	const statuses = await Promise.all(Array.from({length: 500}, () => guess()));
	// Fewer if the ban is in force before the last of them is in.
	const judged = statuses.filter(status => status === 401).length;
	t.true(judged >= 3 && judged <= 5, `${judged}`);
	t.is(statuses.filter(status => status === 429 || status === 403).length, 500 - judged);
	t.is(await guess(), 403);
});

test('requests that hold back their bodies are judged together, unless the rule is behind the body parser', async t => {
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

test('a gate by address before a gate with a key stops guesses at the key', async t => {
	const origin = await serveExample(t, 'Guesses at a key');
	const status = async (pin: string, path = '/account') =>
		(await fetch(`${origin}${path}`, {headers: {'X-Pin': pin}})).status;

	t.is(await status('1234'), 200);
	for (let spent = 0; spent < 100; spent += 1) {
		t.is(await status('', '/nowhere'), 404);
	}

	t.is(await status('1', '/nowhere'), 429);
	t.is(await status('2', '/nowhere'), 429);
	t.is(await status('3', '/nowhere'), 403);
	t.deepEqual([await status('4'), await status('1234')], [403, 403]);
});

const account = [{name: 'account', count: 20, window: hour, id: `20/${hour}/account`}];

/** Whether an account is still known after others have as many tries, and many more have fewer. */
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
		tryAccount(`invented ${other}`);
	}

	for (let other = 0; other < others; other += 1) {
		tryOften(`other ${other}`);
	}

	// More tries of accounts that are already there displace no other account.
	for (let other = Math.max(0, others - 5000); other < others; other += 1) {
		tryAccount(`other ${other}`);
	}

	const verdict = tryAccount('alice');
	const [quota] = 'quotas' in verdict ? verdict.quotas : [];
	return verdict.kind === 'limited' || quota?.remaining === 20 - tries - 1;
}

test('an account with 8 tries is remembered until 43,690 later accounts have as many', t => {
	t.true(isKnownAfter(43_689, 8, account));
});

test('an account with 5 of 5 tries is remembered until 43,690 later accounts are full', t => {
	const few = [{name: 'few', count: 5, window: hour, id: `5/${hour}/few`}];
	t.true(isKnownAfter(43_689, 5, few));
});

test('a client with few requests is remembered until 21,845 new clients have come', t => {
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

test('100,000 later bans end a ban by reports, and never a ban by an operator', t => {
	const banRule = {
		name: 'ban',
		count: 3,
		window: hour,
		id: `3/${hour}/ban`,
		durations: [hour] as const,
	};
	const store = new MemoryStore({clock: () => 0});
	store.report('reported', banRule, {weight: 3});
	store.ban('by operator', {duration: 1});
	for (let client = 0; client < 99_999; client += 1) {
		store.report(`client ${client}`, banRule, {weight: 3});
	}

	t.is(store.admit('reported', [], {}).kind, 'banned');
	store.report('one more', banRule, {weight: 3});
	t.is(store.admit('one more', [], {}).kind, 'banned');
	t.is(store.admit('reported', [], {}).kind, 'admitted');
	t.is(store.admit('by operator', [], {}).kind, 'banned');
});

test('a client that has been banned is remembered until 100,000 others are banned after it', t => {
	const banRule = {
		name: 'ban',
		count: 1,
		window: hour,
		id: `1/${hour}/ban`,
		durations: [1, 2] as const,
		forgetAfter: hour,
	};
	let now = 0;
	const store = new MemoryStore({clock: () => now});
	const strikeOf = (client: string) => store.report(client, banRule, {weight: 1}).strike;

	t.is(strikeOf('a'), 1);
	for (let client = 0; client < 99_999; client += 1) {
		strikeOf(`client ${client}`);
	}

	now += 10;
	t.is(strikeOf('a'), 2);
	for (let client = 0; client < 100_000; client += 1) {
		strikeOf(`later ${client}`);
	}

	now += 10;
	t.is(strikeOf('a'), 1);
});
