import test from 'ava';
import {addressKey} from '../../../source/client/address/address.ts';
import {commaList} from '../../../source/client/forwarding-header/comma-list.ts';

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

test('an item is an address, perhaps with a port and in brackets', t => {
	for (const [text, key] of hops) {
		const address = commaList.addressIn(text);
		t.is(address && addressKey(address, 64), key, text);
	}
});
