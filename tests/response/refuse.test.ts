import test from 'ava';
import type {Context} from 'koa';
import {specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';

const TYPES = 'https://iana.org/assignments/http-problem-types#';
const full = {rateLimitRule: [1, 60], banRule: [1, 60, 600]} as const;

test('a limited client that takes JSON gets a problem (RFC 9457)', async t => {
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

test('a banned client is told so, with the ban rule as the violated policy', async t => {
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

test('a ban by hand violates no policy, and one without end has no Retry-After', async t => {
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

test('however long a ban is, its Retry-After is digits', async t => {
	const {http, gate} = gatedApp();

	await gate.ban('127.0.0.1', {duration: 1e21});
	t.regex((await http.get('/ping')).headers['retry-after'] ?? '', /^\d+$/);
});

test('a refusal is not to be stored, whatever was prepared before', async t => {
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
	t.is(headers['cache-control'], 'no-store');
	t.is(headers['content-type'], 'text/plain; charset=utf-8');
	t.is(text, 'rate limited for 60s (over 1 request in a 60s window)\n');
	const content = ['content-encoding', 'content-language', 'content-disposition'];
	for (const field of ['expires', 'etag', 'last-modified', ...content]) {
		t.false(field in headers, field);
	}
});

test('HEAD is refused with the headers and no body', async t => {
	const {http} = gatedApp(full);
	await http.get('/ping');

	const {status, headers, text} = await http.head('/ping');
	t.is(status, 429);
	t.is(headers['retry-after'], '60');
	t.falsy(text);
});

test('no refusal names the address', async t => {
	const {http, gate} = gatedApp(full);
	await http.get('/ping');
	const limited = await http.get('/ping');
	await gate.ban('127.0.0.1');
	const banned = await http.get('/ping');

	for (const {text, headers} of [limited, banned]) {
		t.notRegex(text + JSON.stringify(headers), /127\.0\.0\.1/);
	}
});

test('onRefused may answer otherwise; what it leaves alone has its default', async t => {
	const {http} = gatedApp({
		...full,
		onRefused: (ctx, {text}) => {
			ctx.body = `<p>${ctx.state.gatekeeper.client} ${text}</p>`;
		},
	});
	await http.get('/ping');

	const {status, text, headers} = await http.get('/ping');
	t.is(status, 429);
	t.is(text, '<p>127.0.0.1 rate limited for 60s (over 1 request in a 60s window)</p>');
	t.is(headers['content-type'], 'text/html; charset=utf-8');
	t.is(headers['retry-after'], '60');
	t.is(headers['cache-control'], 'no-store');
	t.is(headers.ratelimit, '"global";r=0;t=60');
});

test('onRefused may be asynchronous, redirect, change the status, or answer nothing', async t => {
	const seen: unknown[] = [];
	const {http, gate} = gatedApp({
		...full,
		onRefused: async (ctx, refusal) => {
			await Promise.resolve();
			seen.push(refusal);
			const action = ctx.get('X-Action');
			if (action === 'redirect') {
				ctx.redirect('/slow-down');
			} else if (action === 'status') {
				ctx.status = 503;
			} else if (action === 'nothing') {
				ctx.body = null;
			}
		},
	});
	await http.get('/ping');
	const refused = (action: string) => http.get('/ping').redirects(0).set('X-Action', action);

	const redirected = await refused('redirect');
	t.is(redirected.status, 302);
	t.is(redirected.headers.location, '/slow-down');
	t.is((await refused('nothing')).status, 204);

	const other = await refused('status').set('Accept', 'application/json');
	t.is(other.status, 503);
	t.is(JSON.parse(other.text).status, 503);

	const left = await refused('');
	t.is(left.status, 429);
	t.is(left.text, 'rate limited for 60s (over 1 request in a 60s window)\n');

	await gate.ban('127.0.0.1', {duration: 5, reason: 'spam'});
	await refused('');
	t.deepEqual(seen[0], {
		kind: 'limited',
		status: 429,
		retryAfter: 60,
		rules: ['global'],
		text: 'rate limited for 60s (over 1 request in a 60s window)',
	});
	t.deepEqual(seen.at(-1), {
		kind: 'banned',
		status: 403,
		retryAfter: 5,
		rules: [],
		reason: 'spam',
		text: 'banned for 5s',
	});
});

test('onRefused may throw: the gate still refuses, with its headers', async t => {
	const {http} = gatedApp({
		...full,
		onRefused: ctx => {
			ctx.throw(429, 'slow down');
		},
	});
	await http.get('/ping');

	const {status, text, headers} = await http.get('/ping');
	t.is(status, 429);
	t.is(text, 'slow down');
	t.is(headers['retry-after'], '60');
	t.is(headers['cache-control'], 'no-store');
	t.is(headers.ratelimit, '"global";r=0;t=60');
});

test("a type that onRefused sets without a body is the default body's", async t => {
	const {http} = gatedApp({
		deny: ['loopback'],
		onRefused: ctx => {
			ctx.set('Content-Type', 'text/markdown');
		},
	});
	const {headers, text} = await http.get('/ping');

	t.is(headers['content-type'], 'text/markdown');
	t.is(text, 'denied\n');
});
