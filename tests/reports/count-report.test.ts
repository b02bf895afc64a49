import test from 'ava';
import {bypass} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {report} from '../support/handlers.ts';

const ban = {banRule: [3, 60, 600]} as const;

test('enough reports within the window ban the client, before the response to the last one is sent', async t => {
	const {http, pass} = gatedApp(ban, router => {
		router.get('/report', report);
	});

	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
	t.deepEqual((await http.get('/report')).body, {reports: 2, banned: false});
	t.deepEqual((await http.get('/report')).body, {reports: 3, banned: true, retryAfter: 600});

	const refused = await http.get('/ping');
	t.is(refused.status, 403);
	t.is(refused.headers['retry-after'], '600');
	t.is(refused.text, 'banned for 600s (reported 3 times in a 60s window)\n');

	pass(599_999);
	t.is((await http.get('/ping')).headers['retry-after'], '1');
	pass(1);
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false}, 'spent');
});

test('a report that is one window old no longer counts', async t => {
	const {http, pass} = gatedApp(ban, router => {
		router.get('/report', report);
	});

	await http.get('/report');
	await http.get('/report');
	pass(60_000);
	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
});

test('a ban that is shorter than its window ends on time', async t => {
	const {http, pass} = gatedApp({banRule: [2, 60, 5]}, router => {
		router.get('/report', report);
	});

	await http.get('/report');
	await http.get('/report');
	t.is((await http.get('/ping')).status, 403);
	pass(5000);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/report')).status, 200);
	t.is((await http.get('/ping')).status, 200);
});

test('a report may have a weight and a reason', async t => {
	const all = gatedApp(ban, router => {
		router.get('/report', async ctx => {
			ctx.body = await ctx.report({weight: 5, reason: 'card testing'});
		});
	});

	t.deepEqual((await all.http.get('/report')).body, {reports: 5, banned: true, retryAfter: 600});
	t.deepEqual(await bansOf(all), [
		{client: '127.0.0.1', by: 'reports', reason: 'card testing', retryAfter: 600},
	]);
});

test('reports and requests during a ban neither count nor extend it', async t => {
	const {http, pass} = gatedApp({banRule: [2, 60, 10], rateLimitRule: [3, 60]}, router => {
		router.get('/report', bypass(), report);
	});

	await http.get('/report');
	await http.get('/report');
	pass(4000);
	t.deepEqual((await http.get('/report')).body, {reports: 0, banned: true, retryAfter: 6});
	t.is((await http.get('/ping')).status, 403);
	pass(6000);
	const admitted = await http.get('/ping');
	t.is(admitted.headers.ratelimit, '"global";r=2;t=60');
	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
});
