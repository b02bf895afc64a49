import test from 'ava';
import Koa from 'koa';
import supertest from 'supertest';
import {bypass, gatekeeper, specific} from '../../source/index.ts';
import {ok} from '../support/handlers.ts';
import {majorOf, type RouterVersion, routerOf, routerPackages} from '../support/router-versions.ts';
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

for (const [title, name] of Object.entries(routerPackages)) {
	test(`${title}: a mark of router.use covers what is below its path, and nothing else`, async t => {
		const Router = routerOf(name);
		const app = new Koa();
		const router = new Router();
		const open = new Router();
		const files = new Router({prefix: '/files'});
		open.use(bypass()).get('/', ok).get('/logo', ok);
		files.use(bypass()).get('/logo', ok);
		router.use('/public', bypass()).use(['/list', '/another'], bypass());
		router.use('/own', specific([1000, 60], {standalone: true}));
		router.use('/nested', open.routes()).use(files.routes());
		router.use('/of/:tenant', open.routes()).use('/v1.0', open.routes());
		const below = ['/public', '/list', '/another', '/own', '/nested', '/files'];
		for (const path of below) {
			router.get([`${path}/page`, `${path}x`, `${path}x/page`], ok);
		}

		let judged = 0;
		router.get('/search/:words', ok).get('/deep/:words/:more', ok);
		router.post('/login/:account', specific([3, 60]), ctx => {
			judged += 1;
			ctx.report();
			ok(ctx);
		});
		const gate = gatekeeper({rateLimitRule: [5, 600], banRule: [100, 60, 600]});
		app.use(gate).use(router.routes());
		const http = supertest.agent(app.callback());
		for (const path of [
			'/public/page',
			'/own/page',
			'/list/page',
			'/another/page',
			'/nested/logo',
			'/files/logo',
			// Version 14 takes no parameters in the path of router.use: it runs nothing here.
			...(title.endsWith('14') ? [] : ['/of/me/logo']),
		]) {
			t.is((await http.get(path)).status, 200, path);
		}

		const {limits} = await gate.inspect('::ffff:127.0.0.1');
		t.is(limits.find(limit => limit.name === 'global')?.remaining, 5, 'none of these counts');
		router.get('/:version/page', ok);
		const elsewhere = [
			'/v1x0/page',
			...below.flatMap(path => [
				`/search${path}`,
				`${path}x`,
				`${path}x/page`,
				`/deep/a${path}`,
				`/deep${path}/page`,
			]),
		];
		const statuses: number[] = [];
		for (const path of [...elsewhere, ...elsewhere]) {
			statuses.push((await http.get(path)).status);
		}

		t.deepEqual(statuses, [...Array(5).fill(200), ...Array(57).fill(429)]);
		await gate.ban('127.0.0.1');
		for (const path of below) {
			t.is((await http.post(`/login${path}`)).status, 403, path);
		}

		t.is(judged, 0);
	});
}

for (const [title, name] of Object.entries(routerPackages)) {
	test(`${title}: a mark covers nothing else where a middleware of the router runs another router`, async t => {
		const Router = routerOf(name);
		const inner = new Router().get('/search/:words', (_ctx, next) => next()).routes();
		const router = new Router();
		router.use((ctx, next) => inner(ctx as Parameters<typeof inner>[0], next));
		router.use('/public', bypass()).get('/search/:words', specific([1, 600]), ok);
		const app = new Koa().use(gatekeeper()).use(router.routes());
		const http = supertest.agent(app.callback());

		t.is((await http.get('/search/public')).status, 200);
		t.is((await http.get('/search/public')).status, 429);
	});
}

for (const version of Object.keys(routerPackages) as RouterVersion[]) {
	test(`${version}: the paths at which router.use runs nothing, or nothing below them`, async t => {
		const Router = routerOf(routerPackages[version]);
		const major = majorOf(version);
		const at = (path: string, route = '/api/page') =>
			new Router().use(path, specific([1, 600])).get(route, ok);
		const nested = new Router().use(specific([1, 600])).get('/page', ok);
		for (const [router, path, runs] of [
			[at('/api'), '/api/page', true],
			[at('/'), '/api/page', major !== 15],
			[at('/', '/'), '/', true],
			[at('/api/'), '/api/page', major !== 15],
			[at('/api/', '/api/'), '/api/', true],
			[at('/:account'), '/api/page', major !== 14],
			[
				new Router({prefix: '/:account'}).use(specific([1, 600])).get('/page', ok),
				'/api/page',
				major !== 14,
			],
			[new Router().use('/:account', nested.routes()), '/api/page', major !== 14],
		] as const) {
			const http = supertest.agent(new Koa().use(gatekeeper()).use(router.routes()).callback());

			t.is((await http.get(path)).status, 200);
			t.is((await http.get(path)).status, runs ? 429 : 200, path);
		}
	});
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
