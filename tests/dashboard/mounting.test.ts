import {request} from 'node:http';
import {Router} from '@koa/router';
import test, {type ExecutionContext} from 'ava';
import Koa, {type Middleware} from 'koa';
import mount from 'koa-mount';
import supertest from 'supertest';
import {dashboardApp} from '../support/dashboard/app.ts';
import {portOf, serve} from '../support/servers.ts';

const mounts: Readonly<Record<string, [path: string, (app: Koa, page: Middleware) => void]>> = {
	'by app.use at /': ['/', (app, page) => app.use(page)],
	'by koa-mount': ['/a/b', (app, page) => app.use(mount('/a/b', page))],
	'by koa-mount, with a slash at the end': ['/a/b/', (app, page) => app.use(mount('/a/b', page))],
	'by router.all': ['/gate', (app, page) => app.use(new Router().all('/gate', page).routes())],
	'by router.use': [
		'/admin/gate',
		(app, page) => {
			const router = new Router({prefix: '/admin'});
			router.use('/gate', page).all('/gate', () => {});
			app.use(router.routes());
		},
	],
	'in an app in an app': [
		'/outer/gate',
		(app, page) => app.use(mount('/outer', new Koa().use(mount('/gate', page)))),
	],
};

for (const [name, [path, mountPage]] of Object.entries(mounts)) {
	test(`the page works mounted ${name}`, async t => {
		const {app, gate} = dashboardApp({mount: mountPage});
		const {origin} = await serve(t, app);

		await usePage(t, origin + path);
		t.is(gate.stats().bans, 1);
	});
}

test('the page works behind a proxy that strips a prefix', async t => {
	const {app, gate} = dashboardApp({mount: (one, page) => one.use(mount('/gate', page))});
	const {port} = await serve(t, app);
	const proxy = new Koa().use(ctx => {
		const {method, headers, url} = ctx.req;
		const path = url?.replace('/public/prefix', '');
		return new Promise<void>((resolve, reject) => {
			const forwarded = request({port, method, headers, path}, response => {
				ctx.status = response.statusCode ?? 500;
				ctx.set(response.headers as Record<string, string>);
				ctx.body = response;
				resolve();
			});
			forwarded.on('error', reject);
			ctx.req.pipe(forwarded);
		});
	});
	const {server} = await serve(t, proxy);

	await usePage(t, `http://127.0.0.1:${portOf(server)}/public/prefix/gate`);
	t.is(gate.stats().bans, 1);
});

/** Follows the links of the page as a browser does, and sends its form. */
async function usePage(t: ExecutionContext, url: string): Promise<void> {
	const {pathname, origin} = new URL(url);
	const http = supertest.agent(origin);
	const follow = (link: string) => {
		const to = new URL(link, url);
		return http.get(to.pathname + to.search);
	};
	const page = await http.get(pathname);
	t.is(page.status, 200);
	const files = [...page.text.matchAll(/(?:href|src)="(\?asset=[^"]+)"/g)];
	t.is(files.length, 3);
	for (const [, file = ''] of files) {
		t.is((await follow(file)).status, 200);
	}

	for (const [, action = ''] of page.text.matchAll(/<form[^>]* action="([^"]*)"/g)) {
		t.is(new URL(action, url).pathname, pathname);
	}

	const sent = await http
		.post(`${pathname}?`)
		.set('Sec-Fetch-Site', 'same-origin')
		.type('form')
		.send({action: 'ban', client: '192.0.2.1'});
	t.is(sent.status, 303);
	const {location = ''} = sent.headers;
	t.is(new URL(location, url).pathname, pathname);
	t.true((await follow(location)).text.includes('192.0.2.1'));
	t.is((await follow('?format=json')).body.bans.total, 1);
}
