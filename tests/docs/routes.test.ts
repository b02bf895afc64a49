import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import supertest, {type Agent} from 'supertest';
import {bypass, type GatekeeperOptions} from '../../source/index.ts';
import {blocks, importModule} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {requestStatus} from '../support/request-status.ts';
import {serve} from '../support/servers.ts';

/** An app from the block under a heading of docs/routes.md that contains `text`, with a gate and a page more. */
async function example(
	t: ExecutionContext,
	heading: string,
	text: string,
	gate = 'app.use(gatekeeper({rateLimitRule: [8, 60]}));',
): Promise<Agent> {
	const found = (await blocks('docs/routes.md', heading)).find(block => block.includes(text)) ?? '';
	const code = found.replace(/(const router = .*\n)/, `$1${gate}\n`);
	const page =
		"router.get('/page', ctx => {\n\tctx.body = 'page';\n});\napp.use(router.routes());\n";
	const {app} = await importModule<{app: Koa}>(
		t,
		code.replace('export {};', `${page}export {app};`),
	);

	return supertest.agent(app.callback());
}

test('one specific() on two routes is one counter, and a second specific() is another', async t => {
	const http = await example(t, '`specific()`', "'/password/reset'");
	for (const path of ['/login', '/login', '/login', '/password/reset', '/password/reset']) {
		t.is((await http.post(path)).status, 200);
	}

	t.is((await http.post('/login')).status, 429);
	t.is((await http.post('/password/reset')).status, 429);
	t.is((await http.get('/search')).status, 200);
});

test('with any router, `allow` by path exempts a health check', async t => {
	const http = await example(t, '`bypass()`', "ctx.path === '/health'", '');
	for (let sent = 0; sent < 100; sent += 1) {
		await http.get('/page');
	}

	t.is((await http.get('/page')).status, 429);
	t.is((await http.get('/health')).status, 404);
});

test('a mark covers the page that its handler passes on to, and no other page', async t => {
	const http = await example(t, 'How the gate looks ahead', "'/:page'");
	for (let sent = 0; sent < 8; sent += 1) {
		t.is((await http.get('/other')).text, 'other');
	}

	t.is((await http.get('/other')).status, 429);
	t.is((await http.get('/feed')).text, 'feed');
});

test('a client has one unproven request in flight if a global rule has a cost or comes from a function', async t => {
	const rule = {count: 2, window: 60} as const;
	const exemptAtOnce = async (rateLimitRule: GatekeeperOptions['rateLimitRule']) => {
		const {all, release} = latch();
		let waiting = 0;
		const {app} = gatedApp({...(rateLimitRule && {rateLimitRule})}, (router, app) => {
			app.use(async (ctx, next) => {
				if (ctx.path === '/health') {
					waiting += 1;
					await all;
				}

				return next();
			});
			router.get('/health', bypass(), ok);
		});
		const {origin} = await serve(t, app);
		await requestStatus(`${origin}/ping`);
		await requestStatus(`${origin}/ping`);
		const asked = Array.from({length: 3}, () =>
			requestStatus(`${origin}/health`).finally(() => {
				waiting += 1;
			}),
		);
		await until(() => waiting === 3);
		release();
		return (await Promise.all(asked)).filter(status => status === 200).length;
	};

	t.is(await exemptAtOnce(rule), 2);
	t.is(await exemptAtOnce({count: 4, window: 60, cost: 2}), 1);
	t.is(await exemptAtOnce({...rule, cost: () => 1}), 1);
	t.is(await exemptAtOnce(() => rule), 1);
});
