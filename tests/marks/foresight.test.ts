import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Context, type Middleware, type Next} from 'koa';
import {bypass, gatekeeper} from '../../source/index.ts';
import {ok, rewriteOpen} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {overQuota} from '../support/over-quota.ts';
import {agents} from '../support/servers.ts';

test('newRouterPath counts in place of the path', async t => {
	const {http} = await overQuota((router, app) => {
		app.use((ctx, next) => {
			ctx.newRouterPath = '/closed';
			return next();
		});
		router.get('/open', bypass(), ok).get('/closed', ok);
	});

	t.is((await http.get('/open')).status, 200, 'one beyond the quota');
	t.is((await http.get('/open')).status, 429);
});

test('the gate foresees marks by a newRouterPath that was set before it', async t => {
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

test('the mark of the route that a path was rewritten to proves nothing', async t => {
	const {http} = await overQuota((router, app) => {
		app.use(rewriteOpen('/borrowed'));
		router.get('/open', bypass(), ok).get('/borrowed', bypass(), ok);
	});

	t.is((await http.get('/open')).status, 200, 'one beyond the quota');
	t.is((await http.get('/open')).status, 429);
});

test('one bypass() on two routes proves nothing if the path was rewritten from one to the other', async t => {
	const {http} = await overQuota((router, app) => {
		const open = bypass();
		app.use(rewriteOpen('/borrowed'));
		router.get('/open', open, ok).get('/borrowed', open, ok);
	});

	t.is((await http.get('/open')).status, 200, 'one beyond the quota');
	t.is((await http.get('/open')).status, 429);
});

test('a mark proves nothing if the method was rewritten', async t => {
	const {http} = await overQuota((router, app) => {
		const open = bypass();
		app.use((ctx, next) => {
			ctx.method = 'POST';
			return next();
		});
		router.get('/open', open, ok).post('/open', open, ok);
	});

	t.is((await http.get('/open')).status, 200, 'one beyond the quota');
	t.is((await http.get('/open')).status, 429);
});

/** An unmarked handler that passes the request on. */
const unmarked = (counted: {reached: number}) => (_ctx: Context, next: Next) => {
	counted.reached += 1;
	return next();
};

const detours: ReadonlyArray<
	[title: string, build: (app: Koa, counted: {reached: number}) => readonly Router[] | undefined]
> = [
	[
		'the option routers lists the routers in the wrong order',
		(app, counted) => {
			const first = new Router().get('/{*any}', unmarked(counted));
			const second = new Router().get('/open', bypass(), ok);
			app.use(first.routes()).use(second.routes());
			return [second, first];
		},
	],
	[
		'the option routers lists a router that never runs, and one bypass() is on two routes',
		(app, counted) => {
			const open = bypass();
			const router = new Router().get('/{*any}', unmarked(counted)).get('/open', open, ok);
			app.use(router.routes());
			return [new Router().get('/open', open, ok), router];
		},
	],
	[
		'the host is rewritten before a host-bound router',
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
		'the path is rewritten for one router and restored for the next',
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
		'a router that the gate cannot find runs first',
		(app, counted) => {
			const hidden = new Router().get('/{*any}', unmarked(counted)).routes() as Middleware;
			app.use((ctx, next) => hidden(ctx, next));
			app.use(new Router().get('/open', bypass(), ok).routes());
			return undefined;
		},
	],
];

for (const [title, build] of detours) {
	test(`a mark proves nothing if an unmarked route has run before it: ${title}`, async t => {
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

		t.is(counted.reached, 3, 'the quota, and one beyond');
	});
}

test('an unusual ctx.matched causes no error', async t => {
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
