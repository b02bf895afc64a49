import test from 'ava';
import {addressKey} from '../../../source/client/address/address.ts';
import {commaList} from '../../../source/client/forwarding-header/comma-list.ts';
import {hopText, unixHop} from '../../../source/client/forwarding-header/hop.ts';
import {proxy, sent, testClients} from '../../support/client-tables.ts';

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

test('an item is an address, with or without a port, and with or without brackets', t => {
	for (const [text, key] of hops) {
		const hop = commaList.hopIn(text);
		t.is(hop === unixHop ? hop : hop && addressKey(hop, 64), key, text);
	}
});

const ported: ReadonlyArray<[text: string, address: string | undefined]> = [
	// All eight groups are there, or written with dots at the end: what follows is a port.
	['2001:db8:1:2:3:4:5:6:443', '2001:db8:1:2:3:4:5:6'],
	['2001:db8:1:2:3:4:5:6:51234', '2001:db8:1:2:3:4:5:6'],
	['1::3:4:5:6:7:8:80', '1:0:3:4:5:6:7:8'],
	['::ffff:203.0.113.7:80', '203.0.113.7'],
	['2001:db8::203.0.113.7:80', '2001:db8::cb00:7107'],
	// No group has five digits.
	['2001:db8::1:51234', '2001:db8::1'],
	['2001:db8::1:00080', '2001:db8::1'],
	['2001:db8:::51234', '2001:db8::'],
	[':::51234', '::'],
	// Otherwise it is an address, as a whole.
	['2001:db8::1:5123', '2001:db8::1:5123'],
	['2001:db8::80', '2001:db8::80'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
	// Or nothing.
	['2001:db8:1:2:3:4:5:6:65536', undefined],
	['2001:db8::1:65536', undefined],
	['2001:db8::1:99999', undefined],
	['2001:db8::1:512345', undefined],
	['2001:db8:1:2:3:4:5:6:', undefined],
	['2001:db8:1:2:3:4:5:6:7f', undefined],
	['2001:db8:1:2:3:4:5:6:7:8', undefined],
	['2001:db8::3:4:5:6:7:8:9', undefined],
	['2001:db8:::1', undefined],
	['2001:db8:51234', undefined],
	['51234', undefined],
	[':51234', undefined],
	['fe80::1%eth0:51234', undefined],
	[`${'0'.repeat(5000)}::1:51234`, undefined],
];

test('an IPv6 address without brackets ends where only a port can follow', t => {
	for (const [text, address] of ported) {
		const hop = commaList.hopIn(text);
		t.is(hop && hopText(hop), address, text);
	}
});

testClients(
	'the port of an address without brackets makes no other client, and decides no trust',
	{ipHeader: 'X-Forwarded-For', trustedProxies: [proxy, '2001:db8:1:2:3:4:5:6'], ipv6Prefix: 128},
	sent(proxy, 'X-Forwarded-For', [
		['2001:db8:7:2:3:4:5:6', '2001:db8:7:2:3:4:5:6/128'],
		['2001:db8:7:2:3:4:5:6:1024', '2001:db8:7:2:3:4:5:6/128'],
		['2001:db8:7:2:3:4:5:6:51234', '2001:db8:7:2:3:4:5:6/128'],
		['203.0.113.7, 2001:db8:1:2:3:4:5:6:443', '203.0.113.7'],
		['203.0.113.7, 2001:db8:1:2:3:4:5:7:443', '2001:db8:1:2:3:4:5:7/128'],
		// This may be an address, and so it is one.
		['203.0.113.7, 2001:db8::1:443', '2001:db8::1:443/128'],
	]),
);

testClients(
	'every spelling of an address is the same client; text that is not an address is ignored',
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
);
