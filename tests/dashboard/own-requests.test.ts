import {Router} from '@koa/router';
import test from 'ava';
import type {Middleware} from 'koa';
import type {DashboardData} from '../../source/dashboard.ts';
import {bypass, gatekeeper} from '../../source/index.ts';
import {type DashboardApp, dashboardApp} from '../support/dashboard/app.ts';

async function admitted({http}: DashboardApp, path = '/'): Promise<number> {
	const {history} = (await http.get(`${path}?format=json`)).body as DashboardData;

	return history.admitted.reduce((sum, count) => sum + count);
}

/** Asks for everything that a page asks for. */
async function usePage({http}: DashboardApp, path = '/'): Promise<void> {
	await http.get(path);
	await http.get(`${path}?asset=nothing`);
	await http.post(path).send({action: 'reset', client: '192.0.2.1'});
	for (let poll = 0; poll < 5; poll += 1) {
		await http.get(`${path}?format=json`);
	}
}

test('an idle gate with an open page shows no requests, and those of visitors as they come', async t => {
	const app = dashboardApp({gate: {rateLimitRule: [100, 60]}});
	await usePage(app);
	t.is(await admitted(app), 0);
	t.true((await app.http.get('/')).text.includes('No requests during the last hour.'));

	await app.http.get('/ping');
	app.clock.pass(10_000);
	await usePage(app);
	t.is(await admitted(app), 1);
});

test('the requests of a page on a route with bypass() are left out, too', async t => {
	const app = dashboardApp({
		mount: (koa, page) => koa.use(new Router().all('/gate', bypass(), page).routes()),
	});
	await usePage(app, '/gate');
	t.is(await admitted(app, '/gate'), 0);
});

test('a page behind two gates leaves its requests out of the one that it shows', async t => {
	const app = dashboardApp({before: [gatekeeper()]});
	await usePage(app);
	t.is(await admitted(app), 0);
});

test('a page before its gate leaves out nothing', async t => {
	const app = dashboardApp({
		mount: (koa, page) => koa.middleware.unshift(elsewhere(page)),
	});
	await usePage(app, '/gate');
	await app.http.get('/ping');
	t.is(await admitted(app, '/gate'), 1);
});

test('who may not see the page is a visitor', async t => {
	const app = dashboardApp({dashboard: {authorize: ctx => ctx.get('Cookie') !== ''}});
	await app.http.get('/');
	const {body} = await app.http.get('/?format=json').set('Cookie', 'operator');
	t.is(body.history.admitted.at(-1), 1);
});

function elsewhere(page: Middleware): Middleware {
	return (ctx, next) => (ctx.path === '/gate' ? page(ctx, next) : next());
}
