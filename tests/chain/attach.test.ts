import {runInNewContext} from 'node:vm';
import test from 'ava';
import type {Context, Next} from 'koa';
import {gatedApp} from '../support/gated-app.ts';

const limit = {rateLimitRule: [9, 60]} as const;

test("the gate's fields survive ctx.throw and a thrown Error", async t => {
	const {http} = gatedApp(limit, router => {
		router.get('/throw', ctx => ctx.throw(418, 'teapot'));
		router.get('/error', () => {
			throw new Error('broken');
		});
		router.get('/rejects', () => Promise.reject(new Error('broken')));
	});

	for (const [path, status, remaining] of [
		['/throw', 418, 8],
		['/error', 500, 7],
		['/rejects', 500, 6],
	] as const) {
		const answer = await http.get(path);
		t.is(answer.status, status);
		t.is(answer.headers.ratelimit, `"global";r=${remaining};t=60`);
		t.is(answer.headers['ratelimit-policy'], '"global";q=9;w=60');
	}
});

test("an error's own headers stay, and go before the gate's", async t => {
	const headers = {'WWW-Authenticate': 'Basic', ratelimit: '"own";r=1'};
	const {http} = gatedApp(limit, router => {
		router.get('/', ctx => ctx.throw(401, {headers}));
	});

	const answer = await http.get('/');
	t.is(answer.headers['www-authenticate'], 'Basic');
	t.is(answer.headers.ratelimit, '"own";r=1');
	t.is(answer.headers['ratelimit-policy'], '"global";q=9;w=60');
	t.deepEqual(headers, {'WWW-Authenticate': 'Basic', ratelimit: '"own";r=1'});
});

test('one error object thrown to several requests at a time carries nothing from one to the other', async t => {
	const shared = new Error('no database');
	let fail = (_error: Error) => {};
	const connection = new Promise<never>((_resolve, reject) => {
		fail = reject;
	});
	let waiting = 0;
	const {from} = gatedApp({...limit, ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/once', () => {
			throw shared;
		});
		router.get('/together', () => {
			waiting += 1;
			if (waiting === 2) {
				fail(shared);
			}

			return connection;
		});
	});
	const one = from('203.0.113.1');
	const other = from('203.0.113.2');

	t.is((await one.get('/once')).headers.ratelimit, '"global";r=8;t=60');
	t.is((await other.get('/once')).headers.ratelimit, '"global";r=8;t=60');
	t.is((await other.get('/once')).headers.ratelimit, '"global";r=7;t=60');
	t.false('headers' in shared);

	const [first, second] = await Promise.all([one.get('/together'), other.get('/together')]);
	t.is(first.headers.ratelimit, '"global";r=7;t=60');
	t.is(second.headers.ratelimit, '"global";r=6;t=60');
	t.false('headers' in shared);
});

test('what cannot carry headers is answered as Koa answers it', async t => {
	const {http} = gatedApp(limit, router => {
		router.get('/sealed', () => {
			throw Object.preventExtensions(Object.assign(new Error('sealed'), {status: 418}));
		});
		router.get('/text', () => {
			throw 'text';
		});
	});

	t.is((await http.get('/sealed')).status, 418);
	t.is((await http.get('/text')).status, 500);
});

test('an error of any make carries them: a getter for headers, another realm', async t => {
	class Fancy extends Error {
		get headers() {
			return {'X-Fancy': 'yes'};
		}
	}
	const own = Object.defineProperty(new Error('own'), 'headers', {
		configurable: true,
		get: () => ({'X-Fancy': 'yes'}),
	});
	const {http} = gatedApp(limit, router => {
		router.get('/inherited', () => {
			throw new Fancy('inherited');
		});
		router.get('/own', () => {
			throw own;
		});
		router.get('/realm', () => runInNewContext('throw new Error("realm")'));
	});

	for (const [path, fancy] of [
		['/inherited', 'yes'],
		['/own', 'yes'],
		['/realm', undefined],
	] as const) {
		const {status, headers} = await http.get(path);
		t.is(status, 500);
		t.is(headers['x-fancy'], fancy, path);
		t.regex(headers.ratelimit ?? '', /^"global"/, path);
	}

	t.deepEqual(Object.getOwnPropertyDescriptor(own, 'headers')?.get?.(), {'X-Fancy': 'yes'});
});

test('an error handler before the gate finds the fields on the answer', async t => {
	const {http} = gatedApp(limit, (router, app) => {
		app.middleware.unshift(async (ctx, next) => {
			try {
				await next();
			} catch {
				ctx.status = 502;
				ctx.body = 'handled';
			}
		});
		router.get('/error', () => {
			throw new Error('broken');
		});
	});

	const answer = await http.get('/error');
	t.is(answer.status, 502);
	t.is(answer.headers.ratelimit, '"global";r=8;t=60');
});

test('ctx.state.gatekeeper tells the client, the exemption and the verdict, and stays for middlewares before the gate', async t => {
	const states: unknown[] = [];
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['HEAD']}, (_router, app) => {
		app.middleware.unshift(async (ctx: Context, next: Next) => {
			await next();
			const {client, exemption, verdict} = ctx.state.gatekeeper;
			states.push([client, exemption, verdict.kind]);
			states.push(Object.keys(JSON.parse(JSON.stringify(ctx.state)).gatekeeper));
		});
	});

	await http.get('/ping');
	await http.get('/ping');
	await http.head('/ping');
	t.deepEqual(states, [
		['127.0.0.1', undefined, 'admitted'],
		['client', 'verdict'],
		['127.0.0.1', undefined, 'limited'],
		['client', 'verdict'],
		['127.0.0.1', 'method', 'admitted'],
		['client', 'exemption', 'verdict'],
	]);
});
