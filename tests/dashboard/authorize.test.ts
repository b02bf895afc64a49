import test from 'ava';
import Koa, {type Context} from 'koa';
import type supertest from 'supertest';
import type {Response} from 'supertest';
import {assets} from '../../source/dashboard/response/assets.ts';
import {dashboardApp} from '../support/dashboard/app.ts';
import {agents} from '../support/servers.ts';

type Agent = ReturnType<typeof supertest.agent>;

const ban = {action: 'ban', client: '192.0.2.1'};

/** Every kind of request that the page responds to. */
const requests: Readonly<Record<string, (http: Agent) => PromiseLike<Response>>> = {
	'the page': http => http.get('/gate'),
	HEAD: http => http.head('/gate'),
	'the JSON': http => http.get('/gate?format=json'),
	'a search': http => http.get('/gate?client=192.0.2.1'),
	'the script': http => http.get(`/gate?asset=${assets.script.name}`),
	'a missing file': http => http.get('/gate?asset=nothing'),
	'a change as JSON': http => http.post('/gate').send(ban),
	'a change by a form': http =>
		http.post('/gate').set('Sec-Fetch-Site', 'same-origin').type('form').send(ban),
	'a change from another site': http => http.post('/gate').type('form').send(ban),
	'another method': http => http.delete('/gate'),
};

for (const [name, send] of Object.entries(requests)) {
	test(`${name} is a 404 like Koa's own for who is not authorized, and nothing is done`, async t => {
		const expected = await send(agents(new Koa()).http);
		t.is(expected.status, 404);
		const failing = () => {
			throw new Error('no session store');
		};
		for (const authorize of [
			() => false,
			async () => false,
			() => undefined,
			() => 1,
			() => 'true',
			() => ({admin: true}),
			failing,
			async () => failing(),
		]) {
			const {app, gate} = dashboardApp({
				dashboard: {authorize: authorize as () => boolean},
				gate: {headers: false},
			});
			app.silent = true;
			const response = await send(agents(app).http);
			t.is(response.status, 404);
			t.is(response.text, expected.text);
			t.deepEqual(withoutDate(response), withoutDate(expected));
			t.is(gate.stats().bans, 0);
		}
	});

	test(`${name} is done for who is authorized`, async t => {
		for (const authorize of [() => true, async () => true]) {
			const {http} = dashboardApp({dashboard: {authorize}});
			const response = await send(http);
			t.truthy(response.headers['content-security-policy']);
		}
	});

	test(`${name} gets the response that authorize has set`, async t => {
		const redirected = dashboardApp({
			dashboard: {
				authorize: ctx => {
					ctx.redirect('/sign-in');
					return false;
				},
			},
		});
		t.like(await send(redirected.http).then(found => found), {status: 302});
		const rejected = dashboardApp({
			dashboard: {authorize: ctx => ctx.throw(401, {headers: {'WWW-Authenticate': 'Basic'}})},
		});
		const response = await send(rejected.http);
		t.is(response.status, 401);
		t.is(response.headers['www-authenticate'], 'Basic');
		t.is(response.headers['content-security-policy'], undefined);
	});
}

test('what is neither true nor false is told of by an error', async t => {
	for (const [answer, shown] of [
		[1, 'a number'],
		['yes', 'a string'],
		[{}, 'Object'],
	] as const) {
		const {http, errors} = dashboardApp({
			dashboard: {authorize: (() => answer) as unknown as () => boolean},
		});
		t.is((await http.get('/')).status, 404);
		t.deepEqual(
			errors.map(({message}) => message),
			[`\`authorize\` of dashboard() must return true or false, got ${shown}`],
		);
	}
});

test('an error of authorize is told of, and what it had set is taken back', async t => {
	const {http, errors} = dashboardApp({
		dashboard: {
			authorize: ctx => {
				ctx.status = 200;
				ctx.body = {secret: 'session'};
				ctx.set('X-Secret', '1');
				throw new Error('broken');
			},
		},
	});
	const {status, text, headers} = await http.get('/');

	t.is(status, 404);
	t.is(text, 'Not Found');
	t.is(headers['x-secret'], undefined);
	t.is(headers['content-type'], 'text/plain; charset=utf-8');
	t.deepEqual(
		errors.map(({message}) => message),
		['broken'],
	);
});

test('an error of the server in authorize is a 404, too', async t => {
	const {http, errors} = dashboardApp({dashboard: {authorize: ctx => ctx.throw(503, 'down')}});

	t.is((await http.get('/')).status, 404);
	t.is(errors.length, 1);
});

test('authorize is asked anew for each request', async t => {
	const asked: string[] = [];
	const {http} = dashboardApp({
		dashboard: {
			authorize: (ctx: Context) => {
				asked.push(`${ctx.method} ${ctx.url}`);
				return ctx.get('Cookie') === 'operator';
			},
		},
	});
	t.is((await http.get('/').set('Cookie', 'operator')).status, 200);
	t.is((await http.get('/')).status, 404);
	t.is((await http.post('/').send(ban)).status, 404);
	t.deepEqual(asked, ['GET /', 'GET /', 'POST /']);
});

test('the page calls nothing after it', async t => {
	for (const authorize of [() => true, () => false]) {
		const {app, http} = dashboardApp({dashboard: {authorize}});
		let isCalled = false;
		app.use(() => {
			isCalled = true;
		});
		await http.get('/');
		await http.delete('/');
		t.false(isCalled);
	}
});

function withoutDate({headers}: Response): Record<string, string> {
	const {date: _, ...rest} = headers as Record<string, string>;

	return rest;
}

test('`authorize` sees no `Accept` that takes long to negotiate, as a redirect would', async t => {
	const seen: string[] = [];
	const {app} = dashboardApp({
		dashboard: {
			authorize: ctx => {
				seen.push(ctx.get('Accept'));
				ctx.redirect('/sign-in');
				return false;
			},
		},
	});
	const {http} = agents(app);
	for (const accept of ['text/html', `"${','.repeat(15_000)}`]) {
		t.is((await http.get('/gate').set('Accept', accept)).status, 302);
	}

	t.deepEqual(seen, ['text/html', '']);
});
