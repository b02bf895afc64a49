import test from 'ava';
import {AddressList, gatekeeper} from '../source/index.ts';
import {gatedApp} from './support/gated-app.ts';
import {report} from './support/handlers.ts';

test('deny wins over a ban, and a ban over the limit', async t => {
	const deny = new AddressList([]);
	const {http, gate} = gatedApp({deny, rateLimitRule: [1, 60]});
	await http.get('/ping');

	t.regex((await http.get('/ping')).text, /^rate limited/);
	await gate.ban('127.0.0.1');
	t.regex((await http.get('/ping')).text, /^banned/);
	await deny.replace(['loopback']);
	t.regex((await http.get('/ping')).text, /^denied/);
});

test('without options, a gate limits nothing and sends no fields, and ctx.report() exists', async t => {
	const {http} = gatedApp({}, router => {
		router.get('/report', report);
	});

	for (let round = 0; round < 20; round += 1) {
		const {status, headers} = await http.get('/report');
		t.is(status, 200);
		t.false('ratelimit' in headers || 'ratelimit-policy' in headers);
	}
});

test('a gate is named gatekeeper, as stack traces and tracing tools show it', t => {
	t.is(gatekeeper().name, 'gatekeeper');
});
