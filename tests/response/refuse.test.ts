import test from 'ava';
import type {Context} from 'koa';
import {specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';

const TYPES = 'https://iana.org/assignments/http-problem-types#';
const full = {rateLimitRule: [1, 60], banRule: [1, 60, 600]} as const;

test('a limited client that accepts JSON gets a problem document (RFC 9457)', async t => {
	const {http} = gatedApp({
		rateLimitRule: [
			{count: 1, window: 60, name: 'api'},
			{count: 1, window: 5, name: 'burst'},
			[9, 60],
		],
	});
	await http.get('/ping');

	for (const accept of ['application/problem+json', 'application/json', 'application/*;q=0.3']) {
		const {headers, text} = await http.get('/ping').set('Accept', accept);
		t.is(headers['content-type'], 'application/problem+json');
		t.deepEqual(JSON.parse(text), {
			type: `${TYPES}quota-exceeded`,
			title: 'The assigned quota has been exceeded',
			status: 429,
			detail: 'rate limited for 60s (over 1 request in a 60s window)',
			'violated-policies': ['api', 'burst'],
		});
	}
});

test('any other client gets a line of text', async t => {
	const {http} = gatedApp(full);
	await http.get('/ping');

	for (const accept of [
		'*/*',
		'text/*',
		'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
		'image/png',
		'nonsense;;q=x,,',
	]) {
		const {headers, text} = await http.get('/ping').set('Accept', accept);
		t.is(headers['content-type'], 'text/plain; charset=utf-8', accept);
		t.is(text, 'rate limited for 60s (over 1 request in a 60s window)\n');
	}
});

test('the problem document of a ban lists the ban rule as the violated policy, without the reason', async t => {
	const {http} = gatedApp(full, router => {
		router.get('/report', ctx => {
			ctx.report({reason: 'secret'});
			ctx.body = 'ok';
		});
	});
	await http.get('/report');

	const {status, text, headers} = await http.get('/ping').set('Accept', 'application/json');
	t.is(status, 403);
	t.is(headers['retry-after'], '600');
	t.deepEqual(JSON.parse(text), {
		type: `${TYPES}abnormal-usage-detected`,
		title: 'Abnormal usage has been detected',
		status: 403,
		detail: 'banned for 600s (reported 1 time in a 60s window)',
		'violated-policies': ['ban'],
	});
});

test('a ban by an operator lists no policy, and one without end sends no Retry-After', async t => {
	const {http, gate} = gatedApp();

	await gate.ban('127.0.0.1', {duration: '1m'});
	const bounded = await http.get('/ping');
	t.is(bounded.text, 'banned for 60s\n');
	t.is(bounded.headers['retry-after'], '60');

	await gate.ban('127.0.0.1');
	const endless = await http.get('/ping').set('Accept', 'application/json');
	t.is(endless.status, 403);
	t.false('retry-after' in endless.headers);
	t.deepEqual(Object.keys(JSON.parse(endless.text)), ['type', 'title', 'status', 'detail']);
});

test('Retry-After consists of digits, however long the ban is', async t => {
	const {http, gate} = gatedApp();

	await gate.ban('127.0.0.1', {duration: 1e21});
	t.regex((await http.get('/ping')).headers['retry-after'] ?? '', /^\d+$/);
});

test('a refusal is sent with no-store, without the headers of a response that was prepared before', async t => {
	const prepare = (ctx: Context, next: () => Promise<unknown>) => {
		if (ctx.get('X-Prepare') === '') {
			return next();
		}

		ctx.body = {prepared: true};
		ctx.set({
			'Cache-Control': 'public, max-age=600',
			Expires: new Date(0).toUTCString(),
			ETag: '"1"',
			'Last-Modified': new Date(0).toUTCString(),
			'Content-Encoding': 'gzip',
			'Content-Language': 'en',
			'Content-Disposition': 'attachment',
			Trailer: 'Digest',
			'CDN-Cache-Control': 'max-age=600',
			'Cloudflare-CDN-Cache-Control': 'max-age=600',
			'Surrogate-Control': 'max-age=600',
			'Edge-Control': 'max-age=600',
			'X-Accel-Expires': '600',
			'X-Accel-Redirect': '/files/1',
			'X-Sendfile': '/files/1',
			'Content-Security-Policy': "default-src 'none'",
		});
		return next();
	};
	const {http} = gatedApp({}, router => {
		router.get('/specific', prepare, specific([1, 60]), ctx => {
			ctx.body = {};
		});
	});
	await http.get('/specific');
	const {headers, text} = await http.get('/specific').set('X-Prepare', 'yes');
	t.is(headers['cache-control'], 'private, no-store');
	t.is(headers['content-type'], 'text/plain; charset=utf-8');
	t.is(text, 'rate limited for 60s (over 1 request in a 60s window)\n');
	t.is(headers['content-security-policy'], "default-src 'none'", 'not about this response alone');
	const kept = ['cache-control', 'content-security-policy', 'content-type', 'content-length'];
	const left = Object.keys(headers).filter(field =>
		/^content|control$|expires|accel|send|etag|modified|trailer/.test(field),
	);
	t.deepEqual(left.sort(), kept.sort());
});

test('a refusal of HEAD has the headers and no body', async t => {
	const {http} = gatedApp(full);
	await http.get('/ping');

	const {status, headers, text} = await http.head('/ping');
	t.is(status, 429);
	t.is(headers['retry-after'], '60');
	t.falsy(text);
});

test('no refusal contains the address of the client', async t => {
	const {http, gate} = gatedApp(full);
	await http.get('/ping');
	const limited = await http.get('/ping');
	await gate.ban('127.0.0.1');
	const banned = await http.get('/ping');

	for (const {text, headers} of [limited, banned]) {
		t.notRegex(text + JSON.stringify(headers), /127\.0\.0\.1/);
	}
});

test('a refusal is sent where the response was to be left to something else', async t => {
	const {http} = gatedApp({}, router => {
		const leave = (ctx: Context, next: () => Promise<unknown>) => {
			ctx.respond = false;
			return next();
		};
		router.get('/own', leave, specific([1, 60]), ctx => {
			ctx.res.end('own');
		});
	});

	t.is((await http.get('/own')).text, 'own');
	t.is((await http.get('/own')).status, 429);
});
