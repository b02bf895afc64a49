import {proxy, type Row, sent, stranger, testClients} from '../support/client-tables.ts';

testClients('without ipHeader the peer is the client, whatever a header says', {}, [
	[stranger, ['X-Forwarded-For: 203.0.113.7', 'X-Real-IP: 203.0.113.7'], stranger],
	[proxy, ['X-Forwarded-For: 203.0.113.7', 'Forwarded: for=203.0.113.7'], proxy],
	['::ffff:198.51.100.66', [], stranger],
	['2001:db8:1:2:3:4:5:6', [], '2001:db8:1:2::/64'],
	['fe80::1%eth0', [], 'fe80::/64'],
	['::1', [], '::/64'],
]);

testClients(
	'by default a peer on a private address is a trusted proxy, for one hop, and no other peer is',
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
		// The right-most address counts, even a private one. The client itself may have written the rest.
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
);

testClients(
	'a chain is walked from the right, past the listed proxies, to the first address that is not listed',
	{ipHeader: 'X-Forwarded-For', trustedProxies: ['loopback', '10.0.0.0/8', '2001:db8:f::1']},
	[
		...sent(proxy, 'X-Forwarded-For', [
			['203.0.113.7', '203.0.113.7'],
			['203.0.113.7, 10.0.0.1', '203.0.113.7'],
			['203.0.113.7, 10.0.0.1:99, [2001:db8:f::1]:5, ::ffff:a00:1', '203.0.113.7'],
			['198.51.100.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
			['10.0.0.9, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
			// The full address decides on trust, never its /64.
			['203.0.113.7, 2001:db8:f::2', '2001:db8:f::/64'],
			// All are trusted proxies: the left-most counts.
			['10.9.9.9, 10.0.0.2, 10.0.0.1', '10.9.9.9'],
			// Text that is not an address ends the walk: the last good hop counts.
			['203.0.113.7, evil, 10.0.0.1', '10.0.0.1'],
			['203.0.113.7,, 10.0.0.1', '10.0.0.1'],
			['203.0.113.7, 10.0.0.1,', proxy],
			[', 10.0.0.1', '10.0.0.1'],
			['203.0.113.7, evil', proxy],
			// 99 trusted hops are walked past, 100 are not.
			[`203.0.113.7${', 10.0.0.1'.repeat(99)}`, '203.0.113.7'],
			[`203.0.113.7${', 10.0.0.1'.repeat(100)}`, '10.0.0.1'],
			// Only the last 5,000 characters of a header are read.
			[`203.0.113.7,${' '.repeat(4980)}10.0.0.1`, '203.0.113.7'],
			[`203.0.113.7,${' '.repeat(4981)}10.0.0.1`, '10.0.0.1'],
			// The rest of an item that was cut is not an address.
			[`198.51.100.17,${' '.repeat(4979)}10.0.0.1`, '10.0.0.1'],
		]),
		...sent('192.168.0.1', 'X-Forwarded-For', [['203.0.113.7', '192.168.0.1']]),
		...sent(stranger, 'X-Forwarded-For', [['203.0.113.7, 10.0.0.1', stranger]]),
		...sent('2001:db8:f::1', 'X-Forwarded-For', [['203.0.113.7', '203.0.113.7']]),
		...sent('2001:db8:f::2', 'X-Forwarded-For', [['203.0.113.7', '2001:db8:f::/64']]),
		...sent('::ffff:127.0.0.1', 'X-Forwarded-For', [['203.0.113.7', '203.0.113.7']]),
		// Node.js joins the lines of one name, in order, whatever stands between them.
		[proxy, ['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-For: 10.0.0.1'], '203.0.113.7'],
		[
			proxy,
			['x-forwarded-for: 203.0.113.7', 'X-Real-IP: 9.9.9.9', 'X-FORWARDED-FOR:\t10.0.0.1 '],
			'203.0.113.7',
		],
	],
);

testClients(
	'an empty list trusts no peer',
	{ipHeader: 'X-Forwarded-For', trustedProxies: []},
	['127.0.0.1', '10.0.0.1', '::1'].map(peer => [
		peer,
		['X-Forwarded-For: 203.0.113.7'],
		peer === '::1' ? '::/64' : peer,
	]),
);

testClients(
	'a list matches by prefix: host bits are masked, a mapped address is IPv4, ::/0 covers no IPv4',
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
);

testClients(
	'a header with a single address is read in the same way',
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
);

testClients(
	'ipv6Prefix decides which part of an IPv6 address identifies a client',
	{ipHeader: 'X-Forwarded-For', ipv6Prefix: 56},
	sent(proxy, 'X-Forwarded-For', [
		['2001:db8:1:2ff::7', '2001:db8:1:200::/56'],
		['2001:db8:1:200::8', '2001:db8:1:200::/56'],
		['2001:db8:1:300::7', '2001:db8:1:300::/56'],
		['203.0.113.7', '203.0.113.7'],
	]),
);

testClients(
	'with ipv6Prefix: 128 every address is a client',
	{ipHeader: 'X-Forwarded-For', ipv6Prefix: 128},
	sent(proxy, 'X-Forwarded-For', [
		['2001:DB8::0:7', '2001:db8::7/128'],
		['2001:db8:0:1:0:0:0:0', '2001:db8:0:1::/128'],
		['2001:0:0:1:0:0:0:1', '2001:0:0:1::1/128'],
	]),
);

testClients(
	'every list but an empty one walks past a hop on a Unix socket',
	{ipHeader: 'X-Forwarded-For', trustedProxies: ['10.0.0.0/8']},
	sent(proxy, 'X-Forwarded-For', [
		['203.0.113.9, unix:', '203.0.113.9'],
		['203.0.113.9, 10.0.0.1, unix:, 10.0.0.2', '203.0.113.9'],
		['203.0.113.9, unix:,\tunix: , 10.0.0.2', '203.0.113.9'],
		['10.0.0.9, unix:', '10.0.0.9'],
		// A client gains nothing by writing it: what our proxies append stands to the right.
		['198.51.100.1, unix:, 203.0.113.9', '203.0.113.9'],
		['unix:, 203.0.113.9', '203.0.113.9'],
		['198.51.100.1, unix:, 203.0.113.9, unix:', '203.0.113.9'],
		['unix:, 203.0.113.9, unix:, 10.0.0.2', '203.0.113.9'],
		// Nobody is known there, so that the last good hop counts.
		['unix:', proxy],
		['unix:, 10.0.0.2', '10.0.0.2'],
		['unix:, unix:', proxy],
		['evil, unix:', proxy],
		[', unix:, 10.0.0.2', '10.0.0.2'],
		// Hops on Unix sockets count like others.
		[`203.0.113.7${', unix:'.repeat(99)}`, '203.0.113.7'],
		[`203.0.113.7${', unix:'.repeat(100)}`, proxy],
		...['unix', 'unix::', 'unix:80', 'UNIX:', 'unix:/run/app.sock', '[unix:]', '"unix:"'].map(
			(text): [string, string] => [`203.0.113.9, ${text}`, proxy],
		),
	]),
);

testClients(
	'a hop on a Unix socket is read in Forwarded too, quoted or not',
	{ipHeader: 'Forwarded', trustedProxies: ['10.0.0.0/8']},
	sent(proxy, 'Forwarded', [
		['for=203.0.113.9, for=unix:', '203.0.113.9'],
		['for=203.0.113.9, for="unix:"', '203.0.113.9'],
		['for="[2001:db8::7]", FOR="unix\\:";proto=http, for=10.0.0.1', '2001:db8::/64'],
		['for=198.51.100.1, for="unix:", for=203.0.113.9', '203.0.113.9'],
		['for="198.51.100.1, for="unix:", for=203.0.113.9, for=unix:', '203.0.113.9'],
		['for="unix:"', proxy],
		['for=203.0.113.9, for=unix:80', proxy],
		['for=203.0.113.9, for="unix:_a"', proxy],
	]),
);

testClients(
	'the one-hop default walks past no hop, on a Unix socket neither',
	{ipHeader: 'X-Forwarded-For'},
	sent(proxy, 'X-Forwarded-For', [
		['203.0.113.9, unix:', proxy],
		['unix:', proxy],
		['unix:, 203.0.113.9', '203.0.113.9'],
	]),
);

testClients(
	'an empty list walks past no hop, on a Unix socket neither',
	{ipHeader: 'X-Forwarded-For', trustedProxies: []},
	sent(proxy, 'X-Forwarded-For', [['203.0.113.9, unix:', proxy]]),
);

for (const ipv6Prefix of [32, 64, 96, 128]) {
	testClients(
		`with ipv6Prefix: ${ipv6Prefix}, every address behind NAT64 is a client of its own, and never the IPv4 one`,
		{
			ipHeader: 'X-Forwarded-For',
			trustedProxies: ['10.0.0.0/8', '64:ff9b::198.18.0.1'],
			ipv6Prefix,
			deny: ['198.51.100.0/24'],
		},
		[
			['64:ff9b::cb00:7107', [], '64:ff9b::cb00:7107/128'],
			['64:ff9b::203.0.113.8', [], '64:ff9b::cb00:7108/128'],
			['64:ff9b::198.51.100.1', [], '64:ff9b::c633:6401/128'],
			...sent(proxy, 'X-Forwarded-For', [
				['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107/128'],
				['[0064:FF9B:0:0:0:0:cb00:7107]:443', '64:ff9b::cb00:7107/128'],
				['64:ff9b::203.0.113.7:51234', '64:ff9b::cb00:7107/128'],
				['64:ff9b::', '64:ff9b::/128'],
				['64:ff9b::ffff:ffff', '64:ff9b::ffff:ffff/128'],
				// An address of ours behind NAT64 is no address of ours.
				['203.0.113.7, 64:ff9b::10.0.0.1', '64:ff9b::a00:1/128'],
				['203.0.113.7, 64:ff9b::198.18.0.1', '203.0.113.7'],
				['203.0.113.7, 198.18.0.1', '198.18.0.1'],
			]),
			...sent('64:ff9b::10.0.0.5', 'X-Forwarded-For', [['203.0.113.7', '64:ff9b::a00:5/128']]),
		],
	);
}
