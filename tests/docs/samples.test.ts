import test from 'ava';
import type {Explanation} from '../../source/index.ts';
import {sample} from '../support/documents.ts';
import {gatedApp} from '../support/gated-app.ts';
import {servePeers} from '../support/peers.ts';

test('a refusal looks as docs/responses.md shows it', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [100, 60]});
	await http.get('/ping');
	pass(18_000);
	for (let counted = 1; counted < 100; counted += 1) {
		await http.get('/ping');
	}

	const [head = '', body = ''] = (await sample('docs/responses.md', 'Refusals', 'http')).split(
		'\n\n',
	);
	const [status = '', ...fields] = head.split('\n');
	const refused = await http.get('/ping');
	t.is(`HTTP/1.1 ${refused.status} Too Many Requests`, status);
	t.is(refused.text, body);
	t.is(fields.length, 5);
	for (const field of fields) {
		const [name = '', value] = field.split(': ');
		t.is(refused.headers[name.toLowerCase()], value);
	}
});

test('a problem document looks as docs/responses.md shows it', async t => {
	const {http} = gatedApp({banRule: [3, 60, 600]}, router => {
		router.get('/report', async ctx => {
			await ctx.report({weight: 3});
			ctx.body = 'ok';
		});
	});

	await http.get('/report');
	const refused = await http.get('/ping').set('Accept', 'application/json');
	t.is(refused.type, 'application/problem+json');
	t.deepEqual(
		JSON.parse(refused.text),
		JSON.parse(await sample('docs/responses.md', 'Refusals', 'json')),
	);
});

test('an explanation looks as docs/proxies.md shows it', async t => {
	const heading = 'See how the gate finds the client';
	const shown = await sample('docs/proxies.md', heading, 'json');
	const {peer, value} = JSON.parse(shown) as Explanation;
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']});
	app.middleware.splice(1, Infinity, ctx => {
		ctx.body = ctx.state.gatekeeper.explain();
	});

	const ask = await servePeers(t, app);
	t.deepEqual(
		JSON.parse(await ask(peer, [`X-Forwarded-For: ${value}`])) as unknown,
		JSON.parse(shown),
	);
});
