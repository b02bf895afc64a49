/* Koa may fail to send a body when the gate is done. Then it sends another status, or none. */
import {createReadStream} from 'node:fs';
import {get as request} from 'node:http';
import {connect, createServer} from 'node:http2';
import {createRequire} from 'node:module';
import {PassThrough, Readable} from 'node:stream';
import {Router} from '@koa/router';
import test, {type ExecutionContext} from 'ava';
import Koa3, {type Context, type Middleware} from 'koa';
import {
	gatekeeper,
	type LimitRules,
	MemoryStore,
	type Store,
	specific,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {latch} from '../support/latch.ts';
import {portOf, serve} from '../support/servers.ts';

const Koa2 = createRequire(import.meta.url)('koa-2') as typeof Koa3;
const bothKoas = [
	['Koa 2', Koa2],
	['Koa 3', Koa3],
] as const;

const broken: LimitRules = {count: 2, window: 60, name: 'broken', countWhen: [404, 500]};

/** Serves this handler behind a gate and a rule, and returns a function that requests it. */
async function served(
	t: ExecutionContext,
	Koa: typeof Koa3,
	handler: Middleware,
	{rule = broken, before = []}: {rule?: LimitRules; before?: readonly Middleware[]} = {},
): Promise<{get: (method?: string) => Promise<Response | undefined>; app: Koa3; origin: string}> {
	const app = new Koa();
	app.silent = true;
	for (const middleware of before) {
		app.use(middleware);
	}

	app.use(gatekeeper());
	const router = new Router();
	router.all('/', specific(rule), handler);
	app.use(router.routes());
	const {origin} = await serve(t, app);
	return {
		app,
		origin,
		get: async (method = 'GET') => fetch(origin, {method}).catch(() => undefined),
	};
}

function missingFile(ctx: Context): void {
	ctx.type = 'html';
	ctx.body = createReadStream('/nowhere/at/all');
}

function badJson(ctx: Context): void {
	ctx.body = {size: 1n};
}

for (const [version, Koa] of bothKoas) {
	test(`a stream that cannot be read counts on ${version}, whether Koa sends an error or nothing`, async t => {
		const {get} = await served(t, Koa, missingFile);
		for (let round = 0; round < 2; round += 1) {
			const response = await get();
			t.is(response?.status, version === 'Koa 2' ? 404 : undefined);
			t.is(response?.headers.get('RateLimit') ?? null, null, 'the fields assumed no failure');
		}

		t.is((await get())?.status, 429);
	});

	test(`JSON that cannot be written counts on ${version}`, async t => {
		const {get} = await served(t, Koa, badJson);
		t.is((await get())?.status, 500);
		t.is((await get('HEAD'))?.status, 500);
		t.is((await get())?.status, 429);
	});

	test(`a message of the status that cannot be sent counts on ${version}`, async t => {
		const {get} = await served(t, Koa, ctx => {
			ctx.body = 'text';
			ctx.message = 'a\u0001b';
		});
		t.is((await get())?.status, 500);
		t.is((await get())?.status, 500);
		t.is((await get())?.status, 429);
	});

	test(`bodies that can be sent give their places back on ${version}, and the fields show it`, async t => {
		const bodies = [
			() => ({json: true}),
			() => ['json'],
			() => Readable.from(['streamed']),
			() => Readable.from([]),
		];
		for (const body of bodies) {
			const {get} = await served(t, Koa, ctx => {
				ctx.body = body();
			});
			for (const method of ['GET', 'GET', 'HEAD', 'GET', 'POST']) {
				const response = await get(method);
				t.is(response?.status, 200);
				t.is(response?.headers.get('RateLimit'), '"broken";r=2;t=60');
				await response?.text();
			}
		}
	});

	test(`over HTTP/2 the headers of such a body decide, too, on ${version}`, async t => {
		const app = new Koa();
		app.silent = true;
		app.use(gatekeeper());
		app.use(specific(broken));
		app.use(ctx => {
			if (ctx.path === '/json') {
				badJson(ctx);
			} else {
				ctx.body = Readable.from(ctx.path === '/empty' ? [] : ['streamed']);
			}
		});
		const server = createServer(app.callback());
		await new Promise<void>(resolve => {
			server.listen(0, '127.0.0.1', resolve);
		});
		const session = connect(`http://127.0.0.1:${portOf(server)}`);
		t.teardown(() => {
			session.destroy();
			server.close();
		});
		const statusOf = (path: string) =>
			new Promise<number | undefined>((resolve, reject) => {
				const stream = session.request({':path': path});
				stream.on('response', headers => resolve(headers[':status']));
				stream.on('error', reject);
				stream.resume();
			});

		for (const path of ['/', '/empty', '/', '/empty']) {
			t.is(await statusOf(path), 200);
		}

		t.is(await statusOf('/json'), 500);
		t.is(await statusOf('/json'), 500);
		t.is(await statusOf('/'), 429);
	});
}

test('bodies of the Web that Koa 3 can send give their places back', async t => {
	for (const body of [
		() => new Blob(['blob']),
		() => new Response('response'),
		() => new Blob(['stream']).stream(),
	]) {
		const {get} = await served(t, Koa3, ctx => {
			ctx.body = body();
		});
		for (let round = 0; round < 4; round += 1) {
			t.is((await get())?.status, 200);
		}
	}
});

test('a stream holds its place until its headers are sent, not until it ends', async t => {
	const stream = new PassThrough();
	const asked = latch();
	const {get} = await served(
		t,
		Koa3,
		ctx => {
			ctx.body = ctx.method === 'POST' ? stream : 'ok';
			asked.release();
		},
		{rule: {count: 1, window: 60, name: 'single', countWhen: [404]}},
	);
	const slow = get('POST');
	await asked.all;
	t.is((await get())?.status, 429);

	stream.write('the first bytes');
	const response = await slow;
	t.is(response?.status, 200);
	t.is((await get())?.status, 200);
	stream.end();
	t.is(await response?.text(), 'the first bytes');
});

test('a stream whose client has gone before the headers stays counted', async t => {
	const stream = new PassThrough();
	const asked = latch();
	const closed = latch();
	const {get, origin} = await served(
		t,
		Koa3,
		ctx => {
			if (ctx.method === 'GET' && ctx.get('X-Stream') !== '') {
				ctx.body = stream;
				ctx.req.once('close', closed.release);
				asked.release();
			} else {
				ctx.body = 'ok';
			}
		},
		{rule: {count: 1, window: 60, name: 'gone', countWhen: [404]}},
	);
	const leaving = request(origin, {headers: {'X-Stream': '1'}});
	leaving.on('error', () => {});
	await asked.all;
	leaving.destroy();
	await closed.all;
	stream.end('too late');

	t.is((await get())?.status, 429);
});

test('a function is asked again if the headers have another status, and only then', async t => {
	const asked: number[] = [];
	const {get} = await served(
		t,
		Koa2,
		ctx => {
			if (ctx.method === 'POST') {
				ctx.body = {json: true};
			} else {
				missingFile(ctx);
			}
		},
		{
			rule: {
				count: 2,
				window: 60,
				name: 'asked',
				countWhen: (_ctx, status) => {
					asked.push(status);
					return status === 200;
				},
			},
		},
	);
	await get('POST');
	t.deepEqual(asked, [200]);
	await get();
	t.deepEqual(asked, [200, 200, 404]);
	t.regex(
		(await get('POST'))?.headers.get('RateLimit') ?? '',
		/^"asked";r=0;/,
		'the 404 gave its place back',
	);
});

test('the headers tell if a middleware before the gate sends something else', async t => {
	const {get} = await served(
		t,
		Koa3,
		ctx => {
			ctx.body = {json: true};
		},
		{
			before: [
				async (ctx, next) => {
					await next();
					ctx.status = 500;
					ctx.body = 'replaced';
				},
			],
		},
	);
	t.is((await get())?.status, 500);
	t.is((await get())?.status, 500);
	t.is(await (await get())?.text(), 'replaced');
	t.is((await get())?.status, 500);
});

test('two gates and a dry run each judge the headers, and writeHead is restored', async t => {
	const given: string[] = [];
	const noting = (name: string): Store =>
		forwardTo(new MemoryStore(), {
			giveBack: () => {
				given.push(name);
			},
			sibling: () => noting(name),
		});
	const app = new Koa3();
	const owners: boolean[] = [];
	app.silent = true;
	app.use(async (ctx, next) => {
		ctx.res.once('finish', () => owners.push(Object.hasOwn(ctx.res, 'writeHead')));
		await next();
		owners.push(Object.hasOwn(ctx.res, 'writeHead'));
	});
	for (const [name, dryRun] of [
		['outer', false],
		['dry', true],
		['inner', false],
	] as const) {
		const store = noting(name);
		const rateLimitRule = {count: 2, window: 60, name, countWhen: [404, 500]};
		app.use(gatekeeper({store, rateLimitRule, dryRun}));
	}

	app.use(ctx => {
		if (ctx.path === '/bad') {
			badJson(ctx);
		} else {
			ctx.body = {json: true};
		}
	});
	const {origin} = await serve(t, app);
	t.is((await fetch(origin)).status, 200);
	t.deepEqual(given, ['inner', 'dry', 'outer']);
	t.deepEqual(owners, [true, false]);
	t.is((await fetch(`${origin}/bad`)).status, 500);
	t.deepEqual(given.slice(3), [], 'a 500 counts');
});

test('what another middleware has made of writeHead stays', async t => {
	const wrapped: string[] = [];
	const wrap =
		(name: string): Middleware =>
		async (ctx, next) => {
			const around = () => {
				const {writeHead} = ctx.res;
				ctx.res.writeHead = ((...args: Parameters<typeof writeHead>) => {
					wrapped.push(name);
					return Reflect.apply(writeHead, ctx.res, args);
				}) as typeof writeHead;
			};
			if (name === 'before') {
				around();
				await next();
			} else {
				await next();
				around();
			}
		};
	const {get} = await served(
		t,
		Koa3,
		ctx => {
			ctx.body = {json: true};
		},
		{before: [wrap('before'), wrap('after')]},
	);
	for (let round = 0; round < 4; round += 1) {
		t.is((await get())?.status, 200);
	}

	t.deepEqual(wrapped, Array(4).fill(['after', 'before']).flat());
});

test('headers that cannot be sent decide nothing, and the error that Koa sends then does', async t => {
	const {get} = await served(
		t,
		Koa3,
		ctx => {
			ctx.body = {json: true};
		},
		{
			before: [
				async (ctx, next) => {
					await next();
					if (ctx.status === 200) {
						ctx.message = 'caf\u0101';
					}
				},
			],
		},
	);
	t.is((await get())?.status, 500);
	t.is((await get())?.status, 500);
	t.is((await get())?.status, 429);
});
