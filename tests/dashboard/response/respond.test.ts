import bodyParser from '@koa/bodyparser';
import cors from '@koa/cors';
import test from 'ava';
import type {Middleware} from 'koa';
import {assets} from '../../../source/dashboard/response/assets.ts';
import {dashboardApp} from '../../support/dashboard/app.ts';

/** Not the product's own constant: a change of it must be meant. */
const policy =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const security = {
	'content-security-policy': policy,
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'same-origin',
	'x-frame-options': 'DENY',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
};

test('everything that an operator is sent has the security headers, and is stored by nobody', async t => {
	const cached: Middleware = (ctx, next) => {
		ctx.set({'X-Accel-Expires': '60', 'CDN-Cache-Control': 'max-age=60', Expires: 'tomorrow'});
		return next();
	};
	const {http} = dashboardApp({before: [cached]});
	const ban = {action: 'ban', client: '192.0.2.1'};
	const responses = [
		await http.get('/'),
		await http.head('/'),
		await http.get('/?format=json'),
		await http.get('/?asset=nothing'),
		await http.post('/').send(ban),
		await http.post('/').send({}),
		await http.post('/').type('form').send(ban),
		await http.post('/').set('Sec-Fetch-Site', 'same-origin').type('form').send(ban),
		await http.post('/').set('Sec-Fetch-Site', 'same-origin').type('text/plain').send('x'),
		await http.delete('/'),
	];

	t.deepEqual(
		responses.map(({status}) => status),
		[200, 200, 200, 404, 200, 400, 403, 303, 415, 405],
	);
	for (const {headers} of responses) {
		t.like(headers, {...security, 'cache-control': 'private, no-store'});
		t.deepEqual(
			Object.keys(headers).filter(field => /expires|cdn/.test(field)),
			[],
		);
	}
});

test('the page is HTML that loads the files that there are', async t => {
	const {http} = dashboardApp({dashboard: {title: 'Gate of <shop>'}});
	const {type, text} = await http.get('/');
	t.is(type, 'text/html');
	t.true(text.includes('Gate of &lt;shop&gt;'));
	const names = [...text.matchAll(/"\?asset=([^"]+)"/g)].map(([, name = '']) => name);
	t.deepEqual(
		names.sort(),
		Object.values(assets)
			.map(({name}) => name)
			.sort(),
	);
	for (const {name, type, text} of Object.values(assets)) {
		const file = await http.get(`/?asset=${name}`).buffer();
		t.is(file.status, 200);
		t.is(file.headers['content-type'], type);
		t.is(file.headers['cache-control'], 'private, max-age=31536000, immutable');
		t.like(file.headers, security);
		t.is(file.text ?? String(file.body), text);
	}
});

test('HEAD has the headers of GET', async t => {
	const {http} = dashboardApp();
	for (const path of ['/?format=json', `/?asset=${assets.style.name}`]) {
		const get = await http.get(path);
		const head = await http.head(path);
		t.is(head.status, 200);
		t.is(head.headers['content-type'], get.headers['content-type']);
		t.truthy(head.headers['content-length']);
	}
});

test('a file by any other name is not there', async t => {
	const {http} = dashboardApp();
	for (const name of ['', 'script', '__proto__', '../package.json', `${assets.script.name}x`]) {
		t.is((await http.get(`/?asset=${encodeURIComponent(name)}`)).status, 404);
	}
});

test('a script gets its errors as JSON', async t => {
	const {http} = dashboardApp();
	const {status, body} = await http.delete('/?format=json');
	t.is(status, 405);
	t.deepEqual(body, {error: {field: 'action', message: 'The page takes GET, HEAD and POST.'}});
});

test('the JSON is for who asks for it by the query, or sends JSON', async t => {
	const {http} = dashboardApp();
	const fields = {action: 'reset', client: '192.0.2.1'};
	t.is((await http.get('/?format=json')).type, 'application/json');
	t.is((await http.post('/').send(fields)).type, 'application/json');
	t.is((await http.get('/').set('Accept', 'application/json')).type, 'text/html');
	t.is((await http.get('/?format=html')).type, 'text/html');
});

test('the link of a card leads to the form with the client in it, and does nothing else', async t => {
	const {http, gate} = dashboardApp();
	const {text} = await http.get('/?client=192.0.2.77%22%3E&ban');
	t.regex(text, /<input id="ban-client" name="client" value="192\.0\.2\.77&quot;&gt;"/);
	t.is(gate.stats().bans, 0);
});

test('other sites are never let in by a middleware that shares the responses of the app', async t => {
	const {http} = dashboardApp({before: [cors({origin: '*', credentials: true})]});
	const {headers} = await http.get('/?format=json').set('Origin', 'https://evil.example');

	t.is(headers['access-control-allow-origin'], undefined);
	t.is(headers['access-control-allow-credentials'], undefined);
});

const parsed: ReadonlyArray<Array<'json' | 'form' | 'text'>> = [
	['json', 'form'],
	['json'],
	['form'],
	['json', 'form', 'text'],
];

test('a body parser before the page changes nothing', async t => {
	for (const enableTypes of parsed) {
		const {http, gate} = dashboardApp({before: [bodyParser({enableTypes})]});
		t.is((await http.post('/').send({action: 'ban', client: '192.0.2.1'})).status, 200);
		const form = http.post('/').set('Sec-Fetch-Site', 'same-origin').type('form');
		t.is((await form.send('action=ban&client=192.0.2.2')).status, 303);
		t.is(gate.stats().bans, 2, String(enableTypes));
	}
});
