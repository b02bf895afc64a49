import test from 'ava';
import {gatedApp} from '../support/gated-app.ts';

const full = {rateLimitRule: [1, 60], banRule: [1, 60, 600]} as const;

test('onRefused can set its own body, and the rest of the response keeps its defaults', async t => {
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
	t.is(headers['cache-control'], 'private, no-store');
	t.is(headers.ratelimit, '"global";r=0;t=60');
});

test('onRefused may be asynchronous, redirect, change the status, or send no body', async t => {
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
		by: 'hand',
		status: 403,
		retryAfter: 5,
		rules: [],
		reason: 'spam',
		text: 'banned for 5s',
	});
});

test('an error of onRefused becomes the response, with the headers of the refusal', async t => {
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
	t.is(headers['cache-control'], 'private, no-store');
	t.is(headers.ratelimit, '"global";r=0;t=60');
});

test('a content type that onRefused sets without a body applies to the default body', async t => {
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

test('onRefused can change the response to denied clients too', async t => {
	const {http} = gatedApp({
		deny: ['loopback'],
		onRefused: (ctx, refusal) => {
			ctx.body = refusal;
		},
	});

	t.deepEqual((await http.get('/ping')).body, {
		kind: 'denied',
		status: 403,
		rules: [],
		text: 'denied',
	});
});
