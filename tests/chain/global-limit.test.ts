import test from 'ava';
import {gatedApp} from '../support/gated-app.ts';
import {manualClockStore} from '../support/manual-clock.ts';

test('requests beyond the limit get a 429 until the oldest one leaves the window', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [2, 10]});

	t.is((await http.get('/ping')).status, 200);
	pass(4000);
	t.is((await http.get('/ping')).status, 200);
	const refused = await http.get('/ping');
	t.is(refused.status, 429);
	t.is(refused.headers['retry-after'], '6');
	t.is(refused.text, 'rate limited for 6s (over 2 requests in a 10s window)\n');

	pass(6000);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('two gates on one store have separate counters, and share their bans', async t => {
	const {store} = manualClockStore();
	const one = gatedApp({rateLimitRule: [1, 60], store});
	const other = gatedApp({rateLimitRule: [1, 60], store});

	t.is((await one.http.get('/ping')).headers['ratelimit-policy'], '"global";q=1;w=60');
	t.is((await other.http.get('/ping')).headers['ratelimit-policy'], '"global-2";q=1;w=60');
	await one.gate.ban('127.0.0.1');
	t.is((await other.http.get('/ping')).status, 403);
});

test('equal rules with one name share their counter on one store', async t => {
	const {store} = manualClockStore();
	const rateLimitRule = {count: 1, window: 60, name: 'api'};
	const one = gatedApp({rateLimitRule, store});
	const other = gatedApp({rateLimitRule, store});

	t.is((await one.http.get('/ping')).status, 200);
	t.is((await other.http.get('/ping')).status, 429);
});

test('gates on different stores share nothing', async t => {
	const one = gatedApp({rateLimitRule: [1, 60]});
	const other = gatedApp({rateLimitRule: [1, 60]});

	await one.gate.ban('127.0.0.1');
	t.is((await other.http.get('/ping')).headers['ratelimit-policy'], '"global";q=1;w=60');
});
