import cors from '@koa/cors';
import test from 'ava';
import type Koa from 'koa';
import type {Context, Next} from 'koa';
import request from 'supertest';
import supertest from 'supertest';
import {asTypeScript, runDemo} from '../support/demo.ts';
import {blocks, importModule, sample} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {lured} from '../support/lured.ts';

test('the first example of the README does what its comments say', async t => {
	const [example = ''] = await blocks('README.md');
	const code = example.replace('app.listen(3000);', 'export {app};');
	const {app} = await importModule<{app: Koa}>(t, code);
	const http = supertest.agent(app.callback());

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=99;t=60');
	t.is((await http.get('/search')).status, 200);
	t.is((await http.get('/search')).status, 429);
	t.is((await http.get('/feed')).status, 200);
	t.is((await http.get('/feed')).status, 429);
	t.regex((await http.get('/ping')).headers.ratelimit ?? '', /^"global";r=96;/);
	for (const headers of lured) {
		t.is((await http.post('/login').set(headers)).status, 403);
	}

	t.is((await http.get('/ping')).status, 200, 'a page elsewhere gets nobody banned');
	for (let guess = 0; guess < 3; guess += 1) {
		t.is((await http.post('/login')).status, 401);
	}

	t.is((await http.get('/ping')).status, 403);
	t.is((await http.get('/feed')).status, 403);
	t.is((await http.get('/health')).status, 200);
});

test("the README's curl lines get the responses that their comments promise", async t => {
	const {url} = await runDemo(t, asTypeScript);
	const lines = (await sample('README.md', 'Try it', 'sh', 'curl')).trim().split('\n');
	t.is(lines.length, 3);

	for (const line of lines) {
		const [, path = '', data] =
			/^curl -i http:\/\/127\.0\.0\.1:3000(\S+)(?: -d (\S+))? +#/.exec(line) ?? [];
		// Without a connection that stays open: a busy machine may pause for longer than the server keeps it.
		const send = () =>
			data === undefined ? request(url).get(path) : request(url).post(path).type('form').send(data);
		const [, comment = ''] = line.split('#');
		const [first = 0, then] = (comment.match(/\b[2-5]\d\d\b/g) ?? []).map(Number);
		const before = comment.includes('fourth') ? 3 : 1;
		for (let sent = 0; sent < before; sent += 1) {
			const {status, headers} = await send();
			t.is(status, first, line);
			t.is('ratelimit' in headers, first === 200 || first === 401, line);
		}

		if (then !== undefined) {
			t.is((await send()).status, then, line);
		}
	}
});

test('with the gate where the README puts it, refusals are logged, readable and cheap, and static files are not counted', async t => {
	const ran: string[] = [];
	const step = (name: string) => (_ctx: Context, next: Next) => {
		ran.push(name);
		return next();
	};
	const logged: number[] = [];
	const {http, gate} = gatedApp({rateLimitRule: [1, 60]}, (_router, app) => {
		app.middleware.unshift(
			async (ctx, next) => {
				await next();
				logged.push(ctx.status);
			},
			cors({exposeHeaders: ['Retry-After']}),
			(ctx, next) => {
				ctx.set('X-Content-Type-Options', 'nosniff');
				return next();
			},
			(ctx, next) => (ctx.path === '/style.css' ? ok(ctx) : next()),
		);
		app.use(step('body parser')).use(step('authentication'));
	});

	t.is((await http.get('/style.css')).status, 200);
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual(ran, ['body parser', 'authentication']);
	const refused = await http.get('/ping').set('Origin', 'https://example.com');
	t.is(refused.status, 429);
	t.is(refused.headers['access-control-allow-origin'], '*');
	t.is(refused.headers['access-control-expose-headers'], 'Retry-After');
	t.is(refused.headers['x-content-type-options'], 'nosniff');
	t.deepEqual(ran, ['body parser', 'authentication']);

	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
	t.is((await http.get('/style.css')).status, 200);
	t.deepEqual(logged, [200, 200, 429, 403, 200]);
});

test('behind a proxy, no visitor is banned without `ipHeader`, and only the one that guesses with it', async t => {
	for (const [options, own] of [
		[{}, 200],
		[{ipHeader: 'X-Forwarded-For'}, 403],
	] as const) {
		const {from} = gatedApp({banRule: [3, 60, 600], ...options}, router => {
			router.post('/login', ctx => {
				ctx.report();
				ctx.throw(401);
			});
		});
		for (let guess = 0; guess < 3; guess += 1) {
			t.is((await from('203.0.113.7').post('/login')).status, 401);
		}

		t.is((await from('203.0.113.7').get('/ping')).status, own);
		t.is((await from('198.51.100.1').get('/ping')).status, 200);
	}
});
