import type {Router as RouterType} from '@koa/router';
import test, {type ExecutionContext} from 'ava';
import Koa from 'koa';
import {bypass, gatekeeper} from '../../source/index.ts';
import {ok, passOn} from '../support/handlers.ts';
import {routerOf} from '../support/router-versions.ts';
import {agents} from '../support/servers.ts';
import {warnings} from '../support/warnings.ts';

for (const name of ['@koa/router', 'koa-router-14', 'koa-router-11']) {
	const Router = routerOf(name);

	async function warningsOf(t: ExecutionContext, router: RouterType, paths: readonly string[]) {
		const seen = warnings(t);
		const {http} = agents(new Koa().use(gatekeeper()).use(router.routes() as Koa.Middleware));
		for (const path of paths) {
			t.is((await http.get(path)).status, 200);
		}

		return seen.messages();
	}

	test.serial(
		`${name}: a nested router.use(bypass()) that exempts a route of another router warns`,
		async t => {
			const open = new Router({prefix: '/api'});
			open.use(bypass());
			open.use(passOn);
			open.get('/health', ok);
			const router = new Router();
			router.use(open.routes());
			router.get('/api/login', ok);

			t.deepEqual(await warningsOf(t, router, ['/api/health']), []);
			const messages = await warningsOf(t, router, ['/api/login', '/api/login']);
			t.is(messages.length, 1);
			t.regex(messages[0] ?? '', /\/api\/login/);
		},
	);

	test.serial(
		`${name}: so does one that is mounted by a path, behind a route of another path`,
		async t => {
			const open = new Router();
			open.use(bypass());
			open.get('/health', ok);
			const router = new Router();
			router.use('/api', open.routes());
			router.get('/', ok);
			router.get('/api/login', ok);

			t.is((await warningsOf(t, router, ['/api/health', '/', '/api/login'])).length, 1);
		},
	);

	test.serial(
		`${name}: a router.use(bypass()) that exempts what it is meant for does not warn`,
		async t => {
			const router = new Router({prefix: '/v1'});
			const sub = new Router().get('/deep', ok);
			router.get('/first', ok);
			router.use('/public', bypass());
			router.get('/other', ok);
			router.get('/public/style.css', ok);
			router.use(bypass());
			router.get('/all', ok);
			router.use('/sub', sub.routes());

			t.deepEqual(
				await warningsOf(t, router, ['/v1/public/style.css', '/v1/all', '/v1/sub/deep']),
				[],
			);
		},
	);
}
