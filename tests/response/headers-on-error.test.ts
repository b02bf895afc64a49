import {runInNewContext} from 'node:vm';
import test from 'ava';
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
		const response = await http.get(path);
		t.is(response.status, status);
		t.is(response.headers.ratelimit, `"global";r=${remaining};t=60`);
		t.is(response.headers['ratelimit-policy'], '"global";q=9;w=60');
	}
});

test("an error keeps its own headers, which win over the gate's", async t => {
	const headers = {'WWW-Authenticate': 'Basic', ratelimit: '"own";r=1'};
	const {http} = gatedApp(limit, router => {
		router.get('/', ctx => ctx.throw(401, {headers}));
	});

	const response = await http.get('/');
	t.is(response.headers['www-authenticate'], 'Basic');
	t.is(response.headers.ratelimit, '"own";r=1');
	t.is(response.headers['ratelimit-policy'], '"global";q=9;w=60');
	t.deepEqual(headers, {'WWW-Authenticate': 'Basic', ratelimit: '"own";r=1'});
});

test('an error object that several requests throw at a time carries no headers from one to the other', async t => {
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

test('a thrown value that cannot have headers gets the response that Koa gives it', async t => {
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

test('the fields survive any kind of error: one with a getter for headers, one from another realm', async t => {
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

test('an error handler before the gate finds the fields on the response', async t => {
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

	const response = await http.get('/error');
	t.is(response.status, 502);
	t.is(response.headers.ratelimit, '"global";r=8;t=60');
});
