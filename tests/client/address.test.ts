import test from 'ava';
import {addressKey, parseAddress, parseHop} from '../../source/client/address.ts';

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
	['64:ff9b::203.0.113.7', '64:ff9b::/64'],
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

test('an address has one key in every spelling; what is no address has none', t => {
	for (const [text, key] of keys) {
		const address = parseAddress(text);
		t.is(address && addressKey(address, 64), key, text);
	}
});

const hops: ReadonlyArray<[text: string, key: string | undefined]> = [
	['1.2.3.4:0', '1.2.3.4'],
	['1.2.3.4:65535', '1.2.3.4'],
	[' \t1.2.3.4\t ', '1.2.3.4'],
	['[2001:db8::1]', '2001:db8::/64'],
	['[2001:db8::1]:80', '2001:db8::/64'],
	['2001:db8::1', '2001:db8::/64'],
	['[::ffff:1.2.3.4]:80', '1.2.3.4'],
	['1.2.3.4:65536', undefined],
	['1.2.3.4:', undefined],
	['1.2.3.4:x', undefined],
	['1.2.3.4:80:80', undefined],
	['[1.2.3.4]', undefined],
	['[2001:db8::1]:', undefined],
	['[2001:db8::1', undefined],
	['2001:db8::1]', undefined],
	['[fe80::1%eth0]', undefined],
	['[[::1]]', undefined],
	['"1.2.3.4"', undefined],
	['\u00a01.2.3.4', undefined],
];

test('a hop is an address, perhaps with a port and in brackets', t => {
	for (const [text, key] of hops) {
		const address = parseHop(text);
		t.is(address && addressKey(address, 64), key, text);
	}
});
