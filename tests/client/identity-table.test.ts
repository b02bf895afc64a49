import test from 'ava';
import type {GatekeeperOptions} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {servePeers} from '../support/peers.ts';

/** The peer's address, the lines of the header as they are sent, and who that is. */
type Row = readonly [peer: string, lines: readonly string[], client: string];

const proxy = '10.0.0.5';
const stranger = '198.51.100.66';

/** What one peer sends, as the value of one header line each. */
const sent = (
	peer: string,
	header: string,
	rows: ReadonlyArray<readonly [value: string, client: string]>,
): readonly Row[] => rows.map(([value, client]) => [peer, [`${header}: ${value}`], client]);

const tables: ReadonlyArray<[title: string, options: GatekeeperOptions, rows: readonly Row[]]> = [
	[
		'without ipHeader the peer is the client, whatever a header says',
		{},
		[
			[stranger, ['X-Forwarded-For: 203.0.113.7', 'X-Real-IP: 203.0.113.7'], stranger],
			[proxy, ['X-Forwarded-For: 203.0.113.7', 'Forwarded: for=203.0.113.7'], proxy],
			['::ffff:198.51.100.66', [], stranger],
			['2001:db8:1:2:3:4:5:6', [], '2001:db8:1:2::/64'],
			['fe80::1%eth0', [], 'fe80::/64'],
			['::1', [], '::/64'],
		],
	],
	[
		'one hop: a peer nearby is a proxy of ours, and no other is',
		{ipHeader: 'X-Forwarded-For'},
		[
			...['127.0.0.1', '127.255.255.254', '10.0.0.0', '172.16.0.1', '172.31.255.255'].map(
				(peer): Row => [peer, ['X-Forwarded-For: 203.0.113.7'], '203.0.113.7'],
			),
			...['192.168.0.1', '169.254.1.1', '::1', 'fe80::1%eth0', 'fd00::1', '::ffff:10.0.0.1'].map(
				(peer): Row => [peer, ['X-Forwarded-For: 203.0.113.7'], '203.0.113.7'],
			),
			...['126.255.255.255', '128.0.0.1', '11.0.0.1', '172.15.255.255', '172.32.0.0'].map(
				(peer): Row => [peer, ['X-Forwarded-For: 203.0.113.7'], peer],
			),
			...['192.169.0.1', '169.253.0.1', '100.64.0.1', '0.0.0.0'].map(
				(peer): Row => [peer, ['X-Forwarded-For: 203.0.113.7'], peer],
			),
			['::2', ['X-Forwarded-For: 203.0.113.7'], '::/64'],
			['::127.0.0.1', ['X-Forwarded-For: 203.0.113.7'], '::/64'],
			['fec0::1', ['X-Forwarded-For: 203.0.113.7'], 'fec0::/64'],
			['::ffff:8.8.8.8', ['X-Forwarded-For: 203.0.113.7'], '8.8.8.8'],
			// The right-most counts, whoever it is, and what the client wrote before it does not.
			...sent(proxy, 'X-Forwarded-For', [
				['198.51.100.1, 203.0.113.7', '203.0.113.7'],
				['127.0.0.1, 203.0.113.7', '203.0.113.7'],
				['evil\x80\xff, "for=, 203.0.113.7', '203.0.113.7'],
				['203.0.113.7, 10.0.0.9', '10.0.0.9'],
				[`${'1.1.1.1,'.repeat(1500)}203.0.113.7`, '203.0.113.7'],
				[`198.51.100.1,${' '.repeat(2000)}203.0.113.7`, '203.0.113.7'],
			]),
			[proxy, ['x-forwarded-for: 198.51.100.1', 'X-FORWARDED-FOR: 203.0.113.7'], '203.0.113.7'],
			[proxy, ['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-For:'], proxy],
			[proxy, ['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-For: evil'], proxy],
			[proxy, ['X-Real-IP: 203.0.113.7', 'Forwarded: for=203.0.113.7'], proxy],
			[proxy, [], proxy],
		],
	],
	[
		'every spelling of an address is one client, and what is no address is none',
		{ipHeader: 'X-Forwarded-For'},
		sent(proxy, 'X-Forwarded-For', [
			...[
				'203.0.113.7:1',
				'203.0.113.7:65535',
				'203.0.113.7:00080',
				'\t 203.0.113.7 \t',
				'::ffff:203.0.113.7',
				'::FFFF:203.0.113.7',
				'::ffff:cb00:7107',
				'::FFFF:CB00:7107',
				'0:0:0:0:0:ffff:203.0.113.7',
				'0000:0000:0000:0000:0000:ffff:cb00:7107',
				'::0:0:ffff:cb00:7107',
				'[::ffff:203.0.113.7]',
				'[::ffff:cb00:7107]:443',
			].map((spelling): [string, string] => [spelling, '203.0.113.7']),
			...[
				'2001:db8:1:2::7',
				'2001:DB8:1:2::7',
				'2001:0db8:0001:0002:0000:0000:0000:0007',
				'2001:db8:1:2:0:0:0:7',
				'2001:db8:1:2:ffff:ffff:ffff:ffff',
				'2001:db8:1:2::203.0.113.7',
				'[2001:db8:1:2::7]',
				'[2001:db8:1:2::7]:443',
			].map((spelling): [string, string] => [spelling, '2001:db8:1:2::/64']),
			['::127.0.0.1', '::/64'],
			['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107/128'],
			['64:ff9b:1::203.0.113.7', '64:ff9b:1::/64'],
			...[
				'evil',
				'unknown',
				'unix:',
				'_hidden',
				'203.0.113.7,',
				'203.0.113.7,,',
				'203.0.113.7:',
				'203.0.113.7:65536',
				'203.0.113.7:123456',
				'203.0.113.7:-1',
				'203.0.113.7:http',
				'203.0.113.7:80:80',
				'[203.0.113.7]',
				'[203.0.113.7]:80',
				'"203.0.113.7"',
				'203.0.113.7/32',
				'203.0.113.7 evil',
				'203.0.113.7\xa0',
				'\xa0203.0.113.7',
				'010.0.0.1',
				'203.0.113.07',
				'0xcb.0.113.7',
				'3405803783',
				'203.0.28935',
				'203.0.113',
				'127.1',
				'203.0.113.7.',
				'256.0.113.7',
				'::ffff:010.0.0.1',
				'::ffff:203.0.113',
				'fe80::1%eth0',
				'[fe80::1%25eth0]',
				'2001:db8::1::',
				'2001:db8:::1',
				'12345::1',
				'1:2:3:4:5:6:7',
				'1:2:3:4:5:6:7:8:9',
				'[2001:db8::7',
				'2001:db8::7]',
				'[]',
				'[]:80',
				'for=203.0.113.7',
				'constructor',
				'__proto__',
				'9'.repeat(5000),
			].map((text): [string, string] => [text, proxy]),
		]),
	],
	[
		'a chain is walked from the right past the listed proxies to the first that is none',
		{ipHeader: 'X-Forwarded-For', trustedProxies: ['loopback', '10.0.0.0/8', '2001:db8:f::1']},
		[
			...sent(proxy, 'X-Forwarded-For', [
				['203.0.113.7', '203.0.113.7'],
				['203.0.113.7, 10.0.0.1', '203.0.113.7'],
				['203.0.113.7, 10.0.0.1:99, [2001:db8:f::1]:5, ::ffff:a00:1', '203.0.113.7'],
				['198.51.100.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
				['10.0.0.9, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
				// Trust is decided on the full address, never on its /64.
				['203.0.113.7, 2001:db8:f::2', '2001:db8:f::/64'],
				// All are ours: the left-most.
				['10.9.9.9, 10.0.0.2, 10.0.0.1', '10.9.9.9'],
				// What is no address ends the walk: the last good hop counts.
				['203.0.113.7, evil, 10.0.0.1', '10.0.0.1'],
				['203.0.113.7,, 10.0.0.1', '10.0.0.1'],
				['203.0.113.7, 10.0.0.1,', proxy],
				[', 10.0.0.1', '10.0.0.1'],
				['203.0.113.7, evil', proxy],
				// So many hops are none of ours.
				[`203.0.113.7${', 10.0.0.1'.repeat(99)}`, '203.0.113.7'],
				[`203.0.113.7${', 10.0.0.1'.repeat(100)}`, '10.0.0.1'],
				// Only the end of a long header is read: 5,000 characters.
				[`203.0.113.7,${' '.repeat(4980)}10.0.0.1`, '203.0.113.7'],
				[`203.0.113.7,${' '.repeat(4981)}10.0.0.1`, '10.0.0.1'],
				// What is left of an item that is cut is none.
				[`198.51.100.17,${' '.repeat(4979)}10.0.0.1`, '10.0.0.1'],
			]),
			...sent('192.168.0.1', 'X-Forwarded-For', [['203.0.113.7', '192.168.0.1']]),
			...sent(stranger, 'X-Forwarded-For', [['203.0.113.7, 10.0.0.1', stranger]]),
			...sent('2001:db8:f::1', 'X-Forwarded-For', [['203.0.113.7', '203.0.113.7']]),
			...sent('2001:db8:f::2', 'X-Forwarded-For', [['203.0.113.7', '2001:db8:f::/64']]),
			...sent('::ffff:127.0.0.1', 'X-Forwarded-For', [['203.0.113.7', '203.0.113.7']]),
			[proxy, ['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-For: 10.0.0.1'], '203.0.113.7'],
		],
	],
	[
		'an empty list trusts nobody',
		{ipHeader: 'X-Forwarded-For', trustedProxies: []},
		['127.0.0.1', '10.0.0.1', '::1'].map(peer => [
			peer,
			['X-Forwarded-For: 203.0.113.7'],
			peer === '::1' ? '::/64' : peer,
		]),
	],
	[
		'a list covers by its bits: host bits are masked, mapped is IPv4, ::/0 covers no IPv4',
		{
			ipHeader: 'X-Forwarded-For',
			trustedProxies: ['192.0.2.77/24', '::ffff:198.18.0.1/111', '::/0'],
		},
		[
			...sent('192.0.2.1', 'X-Forwarded-For', [['203.0.113.7', '203.0.113.7']]),
			...sent('192.0.3.1', 'X-Forwarded-For', [['203.0.113.7', '192.0.3.1']]),
			...sent('198.19.255.255', 'X-Forwarded-For', [['203.0.113.7', '203.0.113.7']]),
			...sent('198.20.0.0', 'X-Forwarded-For', [['203.0.113.7', '198.20.0.0']]),
			...sent('2001:db8::1', 'X-Forwarded-For', [
				['203.0.113.7, 2001:db8::1', '203.0.113.7'],
				['203.0.113.7, ::ffff:10.0.0.1', '10.0.0.1'],
			]),
			...sent('127.0.0.1', 'X-Forwarded-For', [['203.0.113.7', '127.0.0.1']]),
		],
	],
	[
		'a header of one address is read alike',
		{ipHeader: 'CF-Connecting-IP', trustedProxies: ['173.245.48.0/20']},
		[
			...sent('173.245.48.1', 'CF-Connecting-IP', [
				['203.0.113.7', '203.0.113.7'],
				['2001:db8::7', '2001:db8::/64'],
			]),
			['173.245.48.1', ['X-Forwarded-For: 203.0.113.7'], '173.245.48.1'],
			[stranger, ['CF-Connecting-IP: 203.0.113.7'], stranger],
			[proxy, ['CF-Connecting-IP: 203.0.113.7'], proxy],
		],
	],
	[
		'Forwarded: what RFC 7239 and its usual slips write is read',
		{ipHeader: 'Forwarded'},
		sent(proxy, 'Forwarded', [
			...[
				'for=203.0.113.7',
				'For=203.0.113.7',
				'FOR="203.0.113.7"',
				'for="203.0.113.7:80"',
				'for=203.0.113.7:80',
				'for="203.0.113.7:_port"',
				'for=203.0.113.7:_p.o-r_t',
				'for="203.0.113\\.7"',
				'for="[::ffff:203.0.113.7]"',
				'by=203.0.113.43;for=203.0.113.7;proto=https;host=example.com:8443',
				'for=203.0.113.7 ; proto=http;; ;by="[2001:db8::1]:80";',
				'for=203.0.113.7;host="a,b;c\\"d"',
				'for=198.51.100.1, for=203.0.113.7',
				'for="198.51.100.1, for=203.0.113.7',
				'for="\\, for=203.0.113.7',
				'for=203.0.113.7;host="\\\\", for=203.0.113.7;host="\\""',
				`for="203.0.113.7:_${'a'.repeat(3000)}"`,
				'secret="x, for=203.0.113.7;by="[::1]"',
				`${'"'.repeat(999)}, for=203.0.113.7`,
			].map((text): [string, string] => [text, '203.0.113.7']),
			...['for="[2001:db8::7]"', 'for=[2001:db8::7]', 'for=[2001:DB8::7]:80'].map(
				(text): [string, string] => [text, '2001:db8::/64'],
			),
			...[
				'203.0.113.7',
				'for=',
				'for=""',
				'for=unknown',
				'for=_hidden',
				'for="_hidden"',
				'for=2001:db8::7',
				'for="2001:db8::7"',
				'for="[203.0.113.7]"',
				'for = 203.0.113.7',
				'for= 203.0.113.7',
				'for =203.0.113.7',
				'for=203.0.113.7;for=203.0.113.7',
				'for=203.0.113.7;For=198.51.100.1',
				'for=203.0.113.7;proto',
				'for=203.0.113.7;=http',
				'for=203.0.113.7;proto=ht tp',
				'for=203.0.113.7;host="a"b',
				'for=203.0.113.7;host="a',
				'for=203.0.113.7;host=a"',
				'for=203.0.113.7 proto=http',
				'for=203.0.113.7:_',
				'for=203.0.113.7:65536',
				'for=203.0.113.7:',
				'for="203.0.113.7 "',
				'for="203.0.113.7\\"',
				'for=203.0.113.7,',
				'for=203.0.113.7, ,',
				'proto=http;by=203.0.113.7',
				'for=203.0.113.7, "',
				'fo\\r=203.0.113.7',
				'for=203.0.113.7:80:_a',
			].map((text): [string, string] => [text, proxy]),
		]),
	],
	[
		'Forwarded: a chain is walked like any other',
		{ipHeader: 'forwarded', trustedProxies: ['10.0.0.0/8']},
		[
			...sent(proxy, 'Forwarded', [
				['for=203.0.113.7, for=10.0.0.1;by=10.0.0.2', '203.0.113.7'],
				['for=203.0.113.7, for=unknown, for=10.0.0.1', '10.0.0.1'],
				['for="203.0.113.7, for=10.0.0.1', '10.0.0.1'],
				['for="203.0.113.7, for=10.0.0.1;host="a"', '10.0.0.1'],
				['for=10.0.0.9;host="x, for=203.0.113.7", for=10.0.0.1', '10.0.0.9'],
			]),
			[proxy, ['Forwarded: for=203.0.113.7', 'Forwarded: for=10.0.0.1'], '203.0.113.7'],
			[proxy, ['Forwarded: for="203.0.113.7', 'Forwarded: for=198.51.100.1'], '198.51.100.1'],
		],
	],
	[
		'ipv6Prefix: how much of an IPv6 address is one client',
		{ipHeader: 'X-Forwarded-For', ipv6Prefix: 56},
		sent(proxy, 'X-Forwarded-For', [
			['2001:db8:1:2ff::7', '2001:db8:1:200::/56'],
			['2001:db8:1:200::8', '2001:db8:1:200::/56'],
			['2001:db8:1:300::7', '2001:db8:1:300::/56'],
			['203.0.113.7', '203.0.113.7'],
		]),
	],
	[
		'ipv6Prefix: 128 is each address for itself',
		{ipHeader: 'X-Forwarded-For', ipv6Prefix: 128},
		sent(proxy, 'X-Forwarded-For', [
			['2001:DB8::0:7', '2001:db8::7/128'],
			['2001:db8:0:1:0:0:0:0', '2001:db8:0:1::/128'],
			['2001:0:0:1:0:0:0:1', '2001:0:0:1::1/128'],
		]),
	],
];

for (const [title, options, rows] of tables) {
	test(title, async t => {
		const {app} = gatedApp(options, router => {
			router.get('/who', ctx => {
				ctx.body = ctx.state.gatekeeper.client;
			});
		});
		const ask = await servePeers(t, app);

		for (const [peer, lines, client] of rows) {
			t.is(await ask(peer, lines), client, `${peer} ${lines.join(' | ').slice(0, 200)}`);
		}
	});
}

test("with Koa's app.proxy on, its header is read by the same walk", async t => {
	const {app} = gatedApp({trustedProxies: ['10.0.0.0/8']}, (router, koa) => {
		koa.proxy = true;
		koa.proxyIpHeader = 'X-Client';
		koa.maxIpsCount = 1;
		router.get('/who', ctx => {
			ctx.body = ctx.state.gatekeeper.client;
		});
	});
	const ask = await servePeers(t, app);

	t.is(await ask(proxy, ['X-Client: 198.51.100.1, 203.0.113.7, 10.0.0.1']), '203.0.113.7');
	t.is(await ask(stranger, ['X-Client: 203.0.113.7']), stranger);
	t.is(await ask(proxy, ['X-Client: evil']), proxy);
	t.is(await ask(proxy, ['X-Forwarded-For: 203.0.113.7']), proxy);
	app.proxyIpHeader = 'Forwarded';
	t.is(await ask(proxy, ['Forwarded: for="[2001:db8::7]"']), '2001:db8::/64');
	app.proxy = false;
	t.is(await ask(proxy, ['Forwarded: for=203.0.113.7']), proxy);
});
