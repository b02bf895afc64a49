import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Context, type Middleware, type Next} from 'koa';
import {bypass, type Gatekeeper, gatekeeper, MemoryStore, specific} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {overQuota, statuses} from '../support/over-quota.ts';
import {agents} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

/** Every path that starts with /open is rewritten on its way from the gate to the router. */
const rewrite = (to: string) => (ctx: Context, next: Next) => {
	if (ctx.path.startsWith('/open')) {
		ctx.path = to;
	}

	return next();
};

test('a path rewritten between gate and router is worth one request beyond the quota', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [3, 60]}, (router, app) => {
		app.use(rewrite('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	for (let round = 0; round < 3; round += 1) {
		t.is((await http.get('/open')).status, 200, 'fits, counted late');
	}

	t.is((await http.get('/ping')).status, 429);
	t.is((await http.get('/open')).status, 200, 'the one beyond');
	t.is((await http.get('/open')).status, 429, 'suspended');
	pass(59_999);
	t.is((await http.get('/open')).status, 429);
	pass(1);
	t.is((await http.get('/open')).status, 200);
});

test('a suspension holds for the longest window, and for that client alone', async t => {
	const {from, pass} = gatedApp(
		{
			rateLimitRule: [
				[1, 1],
				[5, 30],
			],
			ipHeader: 'X-Forwarded-For',
		},
		(router, app) => {
			app.use(rewrite('/closed'));
			router.get('/open', bypass(), ok).get('/closed', ok);
			router.get('/true', bypass(), ok);
		},
	);
	const one = from('203.0.113.1');
	const other = from('203.0.113.2');

	await one.get('/open');
	await one.get('/open');
	pass(1000);
	t.is((await one.get('/ping')).status, 200);
	t.is((await one.get('/true')).status, 429, 'an honest mark is suspended too');
	t.is((await other.get('/true')).status, 200);
	t.is((await other.get('/true')).status, 200);
	pass(29_000);
	t.is((await one.get('/true')).status, 200);
	t.is((await one.get('/true')).status, 200);
});

test('newRouterPath is the path that counts', async t => {
	const {http} = await overQuota((router, app) => {
		app.use((ctx, next) => {
			ctx.newRouterPath = '/closed';
			return next();
		});
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	t.is((await http.get('/open')).status, 200, 'the one beyond');
	t.is((await http.get('/open')).status, 429);
});

test('newRouterPath set before the gate is foreseen', async t => {
	const app = new Koa();
	const {store} = manualClockStore();
	app.use((ctx, next) => {
		ctx.newRouterPath = ctx.get('X-Route');
		return next();
	});
	app.use(gatekeeper({rateLimitRule: [1, 60], store}));
	app.use(new Router().get('/open', bypass(), ok).get('/closed', ok).routes());
	const {http} = agents(app);
	await http.get('/spend').set('X-Route', '/spend');

	t.is((await http.get('/closed').set('X-Route', '/open')).status, 200);
	t.is((await http.get('/open').set('X-Route', '/closed')).status, 429);
});

test('a mark of another route proves nothing, though the path was rewritten to it', async t => {
	const {http} = await overQuota((router, app) => {
		app.use(rewrite('/borrowed'));
		router.get('/open', bypass(), ok).get('/borrowed', bypass(), ok);
	});

	t.is((await http.get('/open')).status, 200, 'the one beyond');
	t.is((await http.get('/open')).status, 429);
});

test('one bypass() on two routes proves nothing for a path rewritten from one to the other', async t => {
	const {http} = await overQuota((router, app) => {
		const open = bypass();
		app.use(rewrite('/borrowed'));
		router.get('/open', open, ok).get('/borrowed', open, ok);
	});

	t.is((await http.get('/open')).status, 200, 'the one beyond');
	t.is((await http.get('/open')).status, 429);
});

test('a method rewritten on the way proves nothing either', async t => {
	const {http} = await overQuota((router, app) => {
		const open = bypass();
		app.use((ctx, next) => {
			ctx.method = 'POST';
			return next();
		});
		router.get('/open', open, ok).post('/open', open, ok);
	});

	t.is((await http.get('/open')).status, 200, 'the one beyond');
	t.is((await http.get('/open')).status, 429);
});

for (const [what, middleware] of [
	['answers', ok],
	[
		'throws',
		() => {
			throw new Error('broken');
		},
	],
] as const) {
	test(`a middleware between gate and router that ${what} is limited`, async t => {
		const {http} = gatedApp({rateLimitRule: [2, 60]}, (router, app) => {
			app.use((ctx, next) => (ctx.get('X-Stop') ? middleware(ctx) : next()));
			router.get('/open', bypass(), ok);
		});
		const status = what === 'throws' ? 500 : 200;
		const stopped = async () => (await http.get('/open').set('X-Stop', '1')).status;

		t.deepEqual(
			[await stopped(), await stopped(), await stopped(), await stopped()],
			[status, status, status, 429],
		);
	});
}

test('a request that a specific before the mark refuses is counted late', async t => {
	const {http} = gatedApp({rateLimitRule: [3, 60]}, router => {
		router.use(specific([1, 60]));
		router.get('/open', bypass(), ok);
	});

	t.is((await http.get('/open')).status, 200);
	t.is((await http.get('/open')).status, 429);
	t.is((await http.get('/open')).status, 429);
	const {headers} = await http.get('/nowhere');
	t.is(headers.ratelimit, '"global";r=0;t=60');
});

test('a standalone request that a ban refuses is no wrong foresight', async t => {
	const {http, gate} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.get('/alone', specific([9, 60], {standalone: true}), ok);
	});

	await gate.ban('127.0.0.1');
	t.is((await http.get('/alone')).status, 403);
	await gate.unban('127.0.0.1');
	t.is((await http.get('/spend')).status, 404);
	t.is((await http.get('/alone')).status, 200);
});

test('a banned client is worth one request where the foresight is wrong, then none', async t => {
	const {http, gate} = gatedApp({}, (router, app) => {
		app.use(rewrite('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	await gate.ban('127.0.0.1');
	t.is((await http.get('/open')).status, 200);
	t.is((await http.get('/open')).status, 403);
});

test('on an excluded method a wrong foresight is counted as the method would have been: not at all', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['get']}, (router, app) => {
		app.use(rewrite('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	for (let round = 0; round < 3; round += 1) {
		t.is((await http.get('/open')).status, 200);
	}

	t.is((await http.post('/closed')).status, 404);
});

test('two gates on one request: a mark proves itself to both, the nearer one owns the context', async t => {
	const app = new Koa();
	const outer = gatekeeper({
		rateLimitRule: {count: 1, window: 60, name: 'outer'},
		banRule: [9, 60, 60],
	});
	const inner = gatekeeper({
		rateLimitRule: {count: 2, window: 60, name: 'inner'},
		banRule: [9, 60, 60],
	});
	const router = new Router();
	router.use(inner);
	router.get('/open', bypass(), ok).get('/closed', async ctx => {
		ctx.body = await ctx.report();
	});
	const seen: unknown[] = [];
	app.use(outer);
	app.use(async (ctx, next) => {
		const before = ctx.state.gatekeeper;
		await next();
		seen.push(before === ctx.state.gatekeeper);
	});
	app.use(router.routes());
	const {http} = agents(app);

	const first = await http.get('/closed');
	t.is(first.headers.ratelimit, '"inner";r=1;t=60');
	t.is(first.headers['ratelimit-policy'], '"inner";q=2;w=60');
	t.deepEqual(first.body, {reports: 1, banned: false});
	t.deepEqual(await outer.report('127.0.0.1'), {reports: 1, banned: false});
	t.deepEqual(await inner.report('127.0.0.1'), {reports: 2, banned: false});
	t.is((await http.get('/closed')).status, 429, 'the outer one');
	t.deepEqual(await statuses(http, ['GET /open', 'HEAD /open']), {
		'GET /open': 200,
		'HEAD /open': 200,
	});
	t.true(seen.length > 0 && seen.every(Boolean));
});

for (const [who, refuseAll] of [
	['a banned client', (gate: Gatekeeper) => gate.ban('127.0.0.1')],
	['everybody while the store fails, onStoreError closed', () => undefined],
] as const) {
	test(`a specific behind an unmarked handler that refuses ${who} does not hide a wrong foresight`, async t => {
		let reached = 0;
		const isFailing = who !== 'a banned client';
		const fail = () => {
			throw new Error('store down');
		};
		const {http, gate} = gatedApp(
			{
				rateLimitRule: [2, 60],
				onStoreError: 'closed',
				...(isFailing && {store: forwardTo(new MemoryStore(), {admit: fail})}),
			},
			(router, app) => {
				app.use(rewrite('/closed'));
				router.get('/open', bypass(), ok).get('/closed', (_ctx, next) => {
					reached += 1;
					return next();
				});
				router.get('/closed', specific([5, 60]), ok);
			},
		);

		await refuseAll(gate);
		for (let round = 0; round < 9; round += 1) {
			t.true((await http.get('/open')).status >= 403);
		}

		t.is(reached, 1);
	});
}

test('a mark that runs only after its request has ended proves nothing, and frees no place twice', async t => {
	let reached = 0;
	let goOn = () => Promise.resolve<unknown>(undefined);
	const {all, release} = latch();
	const {http, pass} = gatedApp({rateLimitRule: [1, 60]}, (router, app) => {
		app.use((ctx, next) => {
			if (ctx.get('X-Forget') === '') {
				return rewrite('/closed')(ctx, next);
			}

			goOn = next;
			ctx.body = 'early';
		});
		router.get('/open', bypass(), ok).get('/closed', async ctx => {
			reached += 1;
			await all;
			ok(ctx);
		});
	});

	await http.get('/open').set('X-Forget', 'yes');
	pass(60_000);
	const held = Promise.resolve(http.get('/open').then(answer => answer.status));
	await until(() => reached === 1);
	await goOn();
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/open')).status, 429, 'the place of the request in flight is still taken');
	release();
	t.is(await held, 200);
	t.is(reached, 1);
});

/** An unmarked handler, which passes on to what stands behind it. */
const unmarked = (counted: {reached: number}) => (_ctx: Context, next: Next) => {
	counted.reached += 1;
	return next();
};

const detours: ReadonlyArray<
	[title: string, build: (app: Koa, counted: {reached: number}) => readonly Router[] | undefined]
> = [
	[
		'routers: names them in another order than they run in',
		(app, counted) => {
			const first = new Router().get('/{*any}', unmarked(counted));
			const second = new Router().get('/open', bypass(), ok);
			app.use(first.routes()).use(second.routes());
			return [second, first];
		},
	],
	[
		'routers: names one that never runs, and one bypass() stands on two routes',
		(app, counted) => {
			const open = bypass();
			const router = new Router().get('/{*any}', unmarked(counted)).get('/open', open, ok);
			app.use(router.routes());
			return [new Router().get('/open', open, ok), router];
		},
	],
	[
		'the host is rewritten on the way to a host-bound router',
		(app, counted) => {
			app.use((ctx, next) => {
				ctx.req.headers.host = 'other.example';
				return next();
			});
			app.use(new Router({host: 'other.example'}).get('/{*any}', unmarked(counted)).routes());
			app.use(new Router().get('/open', bypass(), ok).routes());
			return undefined;
		},
	],
	[
		'the path is rewritten for one router and set back for the next',
		(app, counted) => {
			const to = (path: string) => (ctx: Context, next: Next) => {
				if (['/open', '/closed'].includes(ctx.path)) {
					ctx.path = path;
				}

				return next();
			};
			app.use(to('/closed')).use(new Router().get('/closed', unmarked(counted)).routes());
			app.use(to('/open')).use(new Router().get('/open', bypass(), ok).routes());
			return undefined;
		},
	],
	[
		'a router that the gate cannot see runs before',
		(app, counted) => {
			const hidden = new Router().get('/{*any}', unmarked(counted)).routes() as Middleware;
			app.use((ctx, next) => hidden(ctx, next));
			app.use(new Router().get('/open', bypass(), ok).routes());
			return undefined;
		},
	],
];

for (const [title, build] of detours) {
	test(`a mark does not prove itself where an unmarked route has run before it: ${title}`, async t => {
		const counted = {reached: 0};
		const app = new Koa();
		const routes = new Koa();
		const routers = build(routes, counted);
		const {store} = manualClockStore();
		app.use(gatekeeper({rateLimitRule: [2, 60], store, ...(routers && {routers})}));
		for (const middleware of routes.middleware) {
			app.use(middleware);
		}

		const {http} = agents(app);
		for (let round = 0; round < 9; round += 1) {
			await http.get('/open');
		}

		t.is(counted.reached, 3, 'the quota, and the one beyond');
	});
}

test('a foreign ctx.matched is doubt, not an error', async t => {
	for (const matched of [[{name: 'x'}], ['a'], [null], 'text', {}]) {
		const {http} = await overQuota((router, app) => {
			app.use((ctx, next) => {
				Object.assign(ctx, {matched: Array.isArray(matched) ? [...matched] : undefined});
				return next();
			});
			router.get('/open', bypass(), ok);
		});

		t.is((await http.get('/open')).status, 200);
	}
});

test.serial('an exemption that proves wrong over the quota warns once', async t => {
	const seen = warnings(t);
	const {http} = await overQuota((router, app) => {
		app.use(rewrite('/closed'));
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	await http.get('/open');
	await http.get('/open');
	t.deepEqual(await seen.codes(), ['GATEKEEPER_MARK_UNPROVEN']);
	t.regex((await seen.messages())[0] ?? '', /\/open/);
});
