import {ServerResponse} from 'node:http';
import test from 'ava';
import compose from 'koa-compose';
import {bypass, type Standing} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {report} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

test('a request whose client is unknown reports no client', async t => {
	const standings: Standing[] = [];
	const {app, gate} = gatedApp({banRule: [1, 60, 600]});
	app.middleware.unshift(async (ctx, next) => {
		await next();
		standings.push(await ctx.report());
	});
	const ctx = app.createContext(
		{headers: {}, socket: {remoteAddress: 'nonsense'}} as never,
		new ServerResponse({method: 'GET'} as never),
	);
	await compose(app.middleware)(ctx);

	t.deepEqual(standings, [{reports: 0, banned: false, immune: 'no-client'}]);
	t.deepEqual(await bansOf({gate}), []);
});

test('a request from a trusted proxy that names no client is immune', async t => {
	const {http, from, gate} = gatedApp(
		{banRule: [1, 60, 600], ipHeader: 'X-Forwarded-For'},
		router => {
			router.get('/report', report);
		},
	);

	t.deepEqual((await http.get('/report')).body, {reports: 0, banned: false, immune: 'no-client'});
	t.deepEqual((await http.get('/report').set('X-Forwarded-For', 'unknown')).body, {
		reports: 0,
		banned: false,
		immune: 'no-client',
	});
	t.is((await http.get('/ping')).status, 200);

	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 200, 'immunity belongs to the request …');
	t.is((await from('127.0.0.1').get('/ping')).status, 403, '… not to the address');
});

test.serial(
	'without a ban rule a report returns that it does not count, with one warning',
	async t => {
		const seen = warnings(t);
		const {http, gate} = gatedApp({rateLimitRule: [100, 60]}, router => {
			router.get('/report', bypass(), report);
		});

		t.deepEqual((await http.get('/report')).body, {
			reports: 0,
			banned: false,
			immune: 'no-ban-rule',
		});
		t.deepEqual(await gate.report('127.0.0.1'), {reports: 0, banned: false, immune: 'no-ban-rule'});
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_BAN_RULE']);
	},
);
