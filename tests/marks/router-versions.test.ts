import test from 'ava';
import Koa from 'koa';
import supertest from 'supertest';
import {bypass, gatekeeper, specific} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {routerOf, routerPackages} from '../support/router-versions.ts';
import {warnings} from '../support/warnings.ts';

for (const [title, name] of Object.entries(routerPackages)) {
	test.serial(
		`${title}: marks on routes, prefixes, nested routers, HEAD and router.use`,
		async t => {
			const seen = warnings(t);
			const Router = routerOf(name);
			const app = new Koa();
			const router = new Router();
			const api = new Router({prefix: '/api'});
			app.use(gatekeeper({rateLimitRule: [1, 60]}));
			router.get('/open', bypass(), ok);
			router.get('/own', specific([1, 60], {standalone: true}), ok);
			router.get('/limited', ok);
			api.get('/health/:part', bypass(), ok);
			router.use('/public', bypass());
			router.get('/public/style.css', ok);
			router.use(api.routes());
			app.use(router.routes());
			const http = supertest.agent(app.callback());
			const get = async (path: string) => (await http.get(path)).status;

			t.deepEqual([await get('/limited'), await get('/limited')], [200, 429]);
			t.deepEqual([await get('/open'), await get('/api/health/db')], [200, 200]);
			t.is((await http.head('/open')).status, 200);
			t.is(await get('/public/style.css'), 200);
			t.deepEqual([await get('/own'), await get('/own')], [200, 429]);
			t.is((await http.post('/open')).status, 429);
			t.deepEqual(await seen.codes(), []);
		},
	);
}

test.serial(
	'another router: its marked routes are limited, and a warning says what works',
	async t => {
		const seen = warnings(t);
		for (const [name, allow] of [
			['koa-router-10', false],
			['koa-tree-router', false],
			['koa-router-10', true],
		] as const) {
			const Router = routerOf(name);
			const app = new Koa();
			const router = new Router();
			app.use(
				gatekeeper({
					rateLimitRule: [1, 60],
					...(allow && {allow: ctx => ctx.path === '/health'}),
				}),
			);
			router.get('/health', bypass(), ok);
			app.use(router.routes());
			const http = supertest.agent(app.callback());

			t.is((await http.get('/health')).status, 200, name);
			t.is((await http.get('/health')).status, allow ? 200 : 429, name);
		}

		t.deepEqual(await seen.codes(), ['GATEKEEPER_MARK_UNFORESEEN', 'GATEKEEPER_MARK_UNFORESEEN']);
		t.regex(
			(await seen.messages())[0] ?? '',
			/version 11 or later: with any other, use allow: ctx =>/,
		);
	},
);
