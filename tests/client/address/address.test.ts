import test from 'ava';
import {
	addressKey,
	addressText,
	network,
	parseAddress,
} from '../../../source/client/address/address.ts';

const keys: ReadonlyArray<[text: string, key: string | undefined]> = [
	['203.0.113.7', '203.0.113.7'],
	['0.0.0.0', '0.0.0.0'],
	['255.255.255.255', '255.255.255.255'],
	['::ffff:203.0.113.7', '203.0.113.7'],
	['::FFFF:CB00:7107', '203.0.113.7'],
	['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
	['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
	['2001:db8::', '2001:db8::/64'],
	['2001:0:0:5::1', '2001:0:0:5::/64'],
	['::1', '::/64'],
	['::', '::/64'],
	['::127.0.0.1', '::/64'],
	['0:0:0:5::', '0:0:0:5::/64'],
	['1::8', '1::/64'],
	['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
	['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107/128'],
	['64:ff9b:1::203.0.113.7', '64:ff9b:1::/64'],
	...['', ' ', '1.2.3', '1.2.3.4.5', '256.1.1.1', '010.0.0.1', '1.2.3.04', '0x7f.1', '127.1'].map(
		(text): [string, undefined] => [text, undefined],
	),
	...['::ffff:010.0.0.1', ':::', '1::2::3', 'g::1', '12345::1', '1:2:3:4:5:6:7:8:9', '[::1]'].map(
		(text): [string, undefined] => [text, undefined],
	),
	...[
		'fe80::1%eth0',
		'1.2.3.4:80',
		'1.2.3.4/32',
		'::1/64',
		' 1.2.3.4',
		'1.2.3.4\0',
		'localhost',
	].map((text): [string, undefined] => [text, undefined]),
];

test('an address has one key in every spelling; other text has none', t => {
	for (const [text, key] of keys) {
		const address = parseAddress(text);
		t.is(address && addressKey(address, 64), key, text);
	}
});

const texts: ReadonlyArray<[text: string, canonical: string]> = [
	['203.0.113.7', '203.0.113.7'],
	['::FFFF:1.2.3.4', '1.2.3.4'],
	['0:0:0:0:0:0:0:0', '::'],
	['::1', '::1'],
	['1::', '1::'],
	['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
	['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
	['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
	['2001:0DB8::00Ab', '2001:db8::ab'],
	['::1.2.3.4', '::102:304'],
];

test('an address has one canonical text, in IPv6 the one of RFC 5952', t => {
	for (const [text, canonical] of texts) {
		const address = parseAddress(text);
		t.is(address && addressText(address), canonical, text);
	}
});

const networks: ReadonlyArray<[text: string, prefix: number, first: string, last: string]> = [
	['203.0.113.7', 32, '203.0.113.7', '203.0.113.7'],
	['203.0.113.7', 24, '203.0.113.0', '203.0.113.255'],
	['203.0.113.7', 12, '203.0.0.0', '203.15.255.255'],
	['203.0.113.7', 0, '0.0.0.0', '255.255.255.255'],
	['2001:db8::7', 128, '2001:db8::7', '2001:db8::7'],
	['2001:db8::7', 127, '2001:db8::6', '2001:db8::7'],
	['2001:db8:1:2ff::', 56, '2001:db8:1:200::', '2001:db8:1:2ff:ffff:ffff:ffff:ffff'],
	['2001:db8::7', 0, '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

test('a network contains all addresses with the same first bits', t => {
	for (const [text, prefix, first, last] of networks) {
		const range = network(parseAddress(text) ?? [], prefix);
		t.deepEqual([addressText(range.first), addressText(range.last)], [first, last], text);
	}
});
