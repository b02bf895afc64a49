import test from 'ava';
import type {Explanation, GatekeeperOptions} from '../../source/index.ts';
import {bypass} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {servePeers} from '../support/peers.ts';

const chain: GatekeeperOptions = {ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']};

const cases: ReadonlyArray<
	[options: GatekeeperOptions, peer: string, lines: string[], explanation: Partial<Explanation>]
> = [
	[
		{},
		'203.0.113.7',
		['X-Forwarded-For: 198.51.100.1'],
		{peer: '203.0.113.7', end: 'no-ip-header', address: '203.0.113.7', client: '203.0.113.7'},
	],
	[
		chain,
		'203.0.113.7',
		['X-Forwarded-For: 198.51.100.1'],
		{
			peer: '203.0.113.7',
			header: 'x-forwarded-for',
			value: '198.51.100.1',
			end: 'untrusted-peer',
			address: '203.0.113.7',
			client: '203.0.113.7',
		},
	],
	[
		chain,
		'::ffff:10.0.0.5',
		[],
		{
			peer: '10.0.0.5',
			header: 'x-forwarded-for',
			end: 'header-missing',
			address: '10.0.0.5',
			client: '10.0.0.5',
		},
	],
	[
		chain,
		'10.0.0.5',
		['X-Forwarded-For: 198.51.100.1, 2001:DB8::7, 10.0.0.1:80, ::ffff:10.0.0.2'],
		{
			peer: '10.0.0.5',
			header: 'x-forwarded-for',
			value: '198.51.100.1, 2001:DB8::7, 10.0.0.1:80, ::ffff:10.0.0.2',
			end: 'client',
			passed: ['10.0.0.2', '10.0.0.1'],
			address: '2001:db8::7',
			client: '2001:db8::/64',
		},
	],
	[
		chain,
		'10.0.0.5',
		['X-Forwarded-For: 203.0.113.7, evil, 10.0.0.1'],
		{
			peer: '10.0.0.5',
			header: 'x-forwarded-for',
			value: '203.0.113.7, evil, 10.0.0.1',
			end: 'unreadable',
			passed: ['10.0.0.1'],
			address: '10.0.0.1',
			client: '10.0.0.1',
		},
	],
	[
		chain,
		'10.0.0.5',
		['X-Forwarded-For: 10.0.0.9, 10.0.0.1'],
		{
			peer: '10.0.0.5',
			header: 'x-forwarded-for',
			value: '10.0.0.9, 10.0.0.1',
			end: 'all-proxies',
			passed: ['10.0.0.1'],
			address: '10.0.0.9',
			client: '10.0.0.9',
		},
	],
	[
		{...chain, key: ctx => ctx.get('X-User'), excludedMethods: ['GET']},
		'10.0.0.5',
		['X-User: alice', `X-Forwarded-For: ${Array(101).fill('10.0.0.1').join(',')}`],
		{
			peer: '10.0.0.5',
			header: 'x-forwarded-for',
			value: Array(101).fill('10.0.0.1').join(','),
			end: 'too-many-hops',
			passed: Array(100).fill('10.0.0.1'),
			address: '10.0.0.1',
			client: 'key:alice',
			exemption: 'method',
		},
	],
	[
		{allow: ['203.0.113.7']},
		'203.0.113.7',
		[],
		{
			peer: '203.0.113.7',
			end: 'no-ip-header',
			address: '203.0.113.7',
			client: '203.0.113.7',
			exemption: 'allowed',
		},
	],
];

test('explain() shows how the client was found', async t => {
	for (const [options, peer, lines, explanation] of cases) {
		const {app} = gatedApp(options, router => {
			router.get('/who', ctx => {
				ctx.body = ctx.state.gatekeeper.explain();
			});
		});
		const ask = await servePeers(t, app);

		t.deepEqual(JSON.parse(await ask(peer, lines)), {passed: [], ...explanation});
	}
});

test('explain() shows the header as it was at the gate, and the exemption as it is now', async t => {
	const {http} = gatedApp({ipHeader: 'X-Forwarded-For'}, (router, app) => {
		app.use((ctx, next) => {
			ctx.req.headers['x-forwarded-for'] = 'changed';
			return next();
		});
		router.get('/open', bypass(), ctx => {
			ctx.body = ctx.state.gatekeeper.explain();
		});
	});

	t.like((await http.get('/open').set('X-Forwarded-For', '203.0.113.7')).body, {
		value: '203.0.113.7',
		client: '203.0.113.7',
		exemption: 'bypass',
	});
});
