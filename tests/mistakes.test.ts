import {IncomingMessage} from 'node:http';
import {Socket} from 'node:net';
import {setImmediate} from 'node:timers/promises';
import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Middleware} from 'koa';
import supertest from 'supertest';
import {type Gatekeeper, gatekeeper, MemoryStore, specific} from '../source/index.ts';
import {RedisStore} from '../source/redis.ts';
import {gatedApp} from './support/gated-app.ts';
import {ok} from './support/handlers.ts';
import {warnings} from './support/warnings.ts';

const calls: ReadonlyArray<[mistake: () => unknown, says: string]> = [
	[
		() => gatekeeper(new Koa() as never),
		'Write app.use(gatekeeper({…})): gatekeeper() does not take the app',
	],
	[() => specific(1 as never, 10 as never), 'Write specific([1, 10]): a rule is a list'],
	[
		() => new RedisStore(undefined as never),
		'The options of RedisStore() must be an object such as {client: new Redis()}, got undefined',
	],
	...Object.entries({
		max: 'use `rateLimitRule: [count, window]`, with the window in seconds',
		windowMs: 'use `rateLimitRule: [count, window]`, with the window in seconds',
		points: 'use `rateLimitRule: [count, window]`, with the window in seconds',
		whitelist: 'use `allow`',
		blacklist: 'use `deny`',
		keyGenerator: 'use `key: ctx => …`',
		skip: 'use `allow: ctx => …`, or bypass() on the route',
		handler: 'use `onRefused: (ctx, refusal) => …`',
		trustProxy: 'use `ipHeader` and `trustedProxies`',
		toString: 'it takes banRule,',
		on: 'it takes banRule,',
	}).map(([name, hint]): [() => unknown, string] => [
		() => gatekeeper({[name]: 5} as never),
		`Unknown option \`${name}\` of gatekeeper(); ${hint}`,
	]),
	[
		() => gatekeeper({rateLimitRule: {limit: 5, window: 60} as never}),
		'Unknown option `limit` of rateLimitRule; use `count`',
	],
];

test('a call that is written wrongly says how to write it', t => {
	for (const [mistake, says] of calls) {
		const error = t.throws(mistake, {instanceOf: TypeError});
		t.true(error?.message.startsWith(says), error?.message);
	}
});

test.serial(
	'without a gate on its way, ctx.report() counts nothing, and warns which line to add',
	async t => {
		const seen = warnings(t);
		const app = new Koa();
		app.use(async (ctx, next) => {
			try {
				await next();
			} catch {
				ctx.body = await ctx.report();
			}
		});
		app.use(() => {
			throw new Error('broken before the gate');
		});
		app.use(gatekeeper({banRule: [3, 60, 600]}));

		const {body} = await supertest(app.callback()).get('/');
		t.deepEqual(body, {reports: 0, banned: false, immune: 'no-gate'});
		const [message = ''] = await seen.messages();
		t.regex(
			message,
			/Add app\.use\(gatekeeper\(\{banRule: \[3, 60, 600\]\}\)\) before the code that calls it/,
		);
	},
);

test('an app may have a ctx.report() of its own where there is no gate', async t => {
	const app = new Koa();
	Object.assign(app.context, {report: () => 'mine'});
	app.use(ctx => {
		ctx.body = ctx.report();
	});
	gatekeeper();

	t.is((await supertest(app.callback()).get('/')).text, 'mine');
});

test('a middleware that was not called says how to write it', async t => {
	const messages: string[] = [];
	const app = new Koa();
	app.on('error', error => messages.push(error.message));
	app.use(gatekeeper as unknown as Middleware);
	t.is((await supertest(app.callback()).get('/')).status, 500);

	const {app: gated, http} = gatedApp({}, router => {
		router.get('/limited', specific as unknown as Middleware, ok);
	});
	gated.silent = false;
	gated.on('error', error => messages.push(error.message));
	t.is((await http.get('/limited')).status, 500);
	t.deepEqual(messages, [
		'Write app.use(gatekeeper({…})), not app.use(gatekeeper)',
		'Write specific([count, window]), not specific, on the route',
	]);
});

test("an operator's call that is written wrongly says how to write it", async t => {
	const {gate} = gatedApp();

	await t.throwsAsync(gate.ban('203.0.113.7', 600 as never), {
		message: "The options of ban() must be an object such as {duration: '10m'}, got a number",
	});
	await t.throwsAsync(gate.report('203.0.113.0/24'), {
		message:
			"`client` must be an address, a key as bans() shows it, or {key: '…'}, got '203.0.113.0/24': ban() and the list `deny` take ranges",
	});
});

test.serial(
	'a proxy that no option mentions gets nobody banned, and a warning says what to set',
	async t => {
		const seen = warnings(t);
		const {http, gate} = gatedApp({banRule: [1, 60, 600], rateLimitRule: [5, 60]}, router => {
			router.get('/report', async ctx => {
				ctx.body = await ctx.report();
			});
		});

		for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP']) {
			t.deepEqual((await http.get('/report').set(header, '203.0.113.7')).body, {
				reports: 0,
				banned: false,
				immune: 'no-client',
			});
		}

		t.is((await http.get('/ping').set('X-Real-IP', '203.0.113.8')).status, 200);
		t.is(
			(await http.get('/ping').set('X-Real-IP', '203.0.113.8')).status,
			429,
			'all are one client',
		);
		await gate.ban('127.0.0.1');
		t.is(
			(await http.get('/ping').set('X-Real-IP', '203.0.113.8')).status,
			403,
			'a ban in force holds',
		);
		t.deepEqual(await seen.codes(), ['GATEKEEPER_UNSEEN_PROXY']);
		t.regex(
			(await seen.messages())[0] ?? '',
			/from 127\.0\.0\.1 have the header x-forwarded-for.*ipHeader: false/,
		);
	},
);

test.serial('ipHeader: false says that no proxy names clients', async t => {
	const seen = warnings(t);
	const {http, app} = gatedApp({banRule: [1, 60, 600], ipHeader: false}, router => {
		router.get('/report', async ctx => {
			ctx.body = await ctx.report();
		});
	});
	app.proxy = true;

	t.is((await http.get('/report').set('X-Forwarded-For', '203.0.113.7')).body.banned, true);
	t.is((await http.get('/ping')).status, 403);
	t.deepEqual(await seen.codes(), []);
});

test.serial('a client that a key identifies is reported behind any proxy', async t => {
	warnings(t);
	const {http} = gatedApp({banRule: [1, 60, 600], key: ctx => ctx.get('X-User')}, router => {
		router.get('/report', async ctx => {
			ctx.body = await ctx.report();
		});
	});

	const report = () => http.get('/report').set('X-Forwarded-For', '203.0.113.7');
	t.is((await report()).body.immune, 'no-client');
	t.is((await report().set('X-User', 'alice')).body.banned, true);
});

test.serial('a gate or a specific that is created for each request is warned of', async t => {
	const seen = warnings(t);
	const app = new Koa();
	app.use((ctx, next) => gatekeeper({rateLimitRule: [1, 60]})(ctx, next));
	app.use(ok);
	const http = supertest.agent(app.callback());
	t.deepEqual([(await http.get('/')).status, (await http.get('/')).status], [200, 200]);

	const {http: gated} = gatedApp({}, router => {
		router.get('/made', (ctx, next) => specific([1, 60])(ctx, next), ok);
		router.get('/once', specific([9, 60]), ok);
	});
	await setImmediate();
	t.is((await gated.get('/once')).status, 200);
	t.is((await gated.get('/made')).status, 200);
	t.deepEqual(await seen.codes(), ['GATEKEEPER_MADE_PER_REQUEST', 'GATEKEEPER_MADE_PER_REQUEST']);
	t.deepEqual(
		(await seen.messages()).map(message => message.split(' was created')[0]),
		['A gatekeeper()', 'A specific()'],
	);
});

test('rules that are created for each request do not pile up counters', t => {
	const store = new MemoryStore({clock: () => 0});
	const names = new Set<string>();
	for (let made = 0; made < 3000; made += 1) {
		const gate = gatekeeper({rateLimitRule: [1, 60], store});
		for (const key of Object.getOwnPropertySymbols(gate)) {
			names.add(Reflect.get(gate, key).limits.rules[0]?.name ?? '');
		}
	}

	t.is(names.size, 1000);
});

test.serial('a gate after the router is warned of', async t => {
	const seen = warnings(t);
	const app = new Koa();
	const router = new Router();
	router.get('/ping', ok);
	app.use(router.routes());
	app.use(gatekeeper({rateLimitRule: [1, 60]}));
	app.use(new Router().routes());
	const http = supertest.agent(app.callback());

	t.deepEqual([(await http.get('/ping')).status, (await http.get('/ping')).status], [200, 200]);
	t.is((await http.get('/other')).status, 404);
	t.deepEqual(await seen.codes(), ['GATEKEEPER_AFTER_ROUTER']);
});

test.serial('a gate that names its routers may stand after another router', async t => {
	const seen = warnings(t);
	const router = new Router().get('/ping', ok);
	const app = new Koa()
		.use(new Router().routes())
		.use(gatekeeper({rateLimitRule: [1, 60], routers: [router]}))
		.use(router.routes());

	t.is((await supertest.agent(app.callback()).get('/ping')).status, 200);
	t.deepEqual(await seen.codes(), []);
});

test.serial('a gate that stands after a router that it names is warned of', async t => {
	const seen = warnings(t);
	const router = new Router().get('/ping', ok);
	const app = new Koa()
		.use(router.routes())
		.use(gatekeeper({rateLimitRule: [1, 60], routers: [router]}));
	const http = supertest.agent(app.callback());

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/other')).status, 404);
	t.deepEqual(await seen.codes(), ['GATEKEEPER_AFTER_ROUTER']);
});

test.serial(
	'an upgrade about which a gate is asked, but not the one before it, is warned of',
	async t => {
		const seen = warnings(t);
		const app = new Koa();
		const [trial, first, second] = [true, false, false].map(dryRun => gatekeeper({dryRun})) as [
			Gatekeeper,
			Gatekeeper,
			Gatekeeper,
		];
		const elsewhere = gatekeeper();
		app.use(trial).use(first).use(second);
		const upgrade = () => new IncomingMessage(new Socket());

		const both = upgrade();
		await first.check(app, both);
		await second.check(app, both);
		await elsewhere.check(app, upgrade());
		await second.check({createContext: app.createContext.bind(app)}, upgrade());
		t.deepEqual(await seen.codes(), []);

		await second.check(app, upgrade());
		await second.check(app, upgrade());
		t.deepEqual(await seen.codes(), ['GATEKEEPER_GATE_LEFT_OUT']);
	},
);

test.serial('a window that looks like milliseconds is warned of', async t => {
	const seen = warnings(t);
	gatekeeper({rateLimitRule: [100, 60_000]});
	gatekeeper({rateLimitRule: [100, 3600]});
	gatekeeper({rateLimitRule: [100, '1000 minutes']});
	gatekeeper({rateLimitRule: [100, 86_400], banRule: [3, 60, 600_000]});

	t.deepEqual(await seen.codes(), ['GATEKEEPER_LONG_WINDOW']);
	t.deepEqual(await seen.messages(), [
		"`rateLimitRule.window` is 60000 seconds, which looks like milliseconds. If you mean seconds, write a text such as '1000 minutes'",
	]);
});

test.serial(
	'a report to a gate without a ban rule, nearer than one with it, is warned of',
	async t => {
		const seen = warnings(t);
		const {http} = gatedApp({banRule: [1, 60, 600]}, router => {
			router.get('/report', gatekeeper({rateLimitRule: [9, 60]}), async ctx => {
				ctx.body = await ctx.report();
			});
		});

		t.is((await http.get('/report')).body.immune, 'no-ban-rule');
		t.deepEqual(await seen.messages(), [
			'A report was not counted because the gate nearest to the handler has no banRule',
		]);
	},
);

test.serial(
	'two rules of one name with different numbers on one response are warned of',
	async t => {
		for (const other of [
			{count: 5, window: 60},
			{count: 9, window: 6},
		]) {
			const seen = warnings(t);
			const {http} = gatedApp({rateLimitRule: {count: 9, window: 60, name: 'api'}}, router => {
				router.get('/same', specific({count: 9, window: 60, name: 'api'}), ok);
				router.get('/other', specific({...other, name: 'api'}), ok);
				router.get('/prefix', specific({count: 5, window: 60, name: 'ap'}), ok);
			});

			await http.get('/same');
			await http.get('/prefix');
			t.deepEqual(await seen.codes(), []);
			await http.get('/other');
			t.deepEqual(await seen.codes(), ['GATEKEEPER_SAME_NAME']);
		}
	},
);
