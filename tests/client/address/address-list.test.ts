import test from 'ava';
import fc from 'fast-check';
import {type Address, addressText, parseAddress} from '../../../source/client/address/address.ts';
import {AddressList} from '../../../source/index.ts';
import {runs} from '../../support/runs.ts';

function covers(list: AddressList, text: string): boolean {
	const address = parseAddress(text);
	return address !== undefined && list.covers(address);
}

const lists: ReadonlyArray<
	[entries: readonly string[], covered: readonly string[], not: readonly string[]]
> = [
	[[], [], ['127.0.0.1', '::1']],
	[['203.0.113.7'], ['203.0.113.7', '::ffff:cb00:7107'], ['203.0.113.6', '::203.0.113.7']],
	[
		['10.0.0.1/8'],
		['10.0.0.0', '10.255.255.255', '::ffff:10.1.1.1'],
		['9.255.255.255', '11.0.0.0'],
	],
	[['0.0.0.0/0'], ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], ['::', '::1.2.3.4']],
	[['::/0'], ['::', '2001:db8::1', '::1.2.3.4'], ['0.0.0.0', '::ffff:1.2.3.4']],
	[['::ffff:10.0.0.1/104'], ['10.200.0.1'], ['::a00:1', '11.0.0.1']],
	[['::ffff:0:0/96'], ['1.2.3.4'], ['::1']],
	[['2001:DB8::/33'], ['2001:db8:7fff::'], ['2001:db8:8000::']],
	[['2001:db8::7/127'], ['2001:db8::6', '2001:db8::7'], ['2001:db8::5', '2001:db8::8']],
	// Nested and repeated entries, in any order.
	[
		['10.1.0.0/16', '10.0.0.0/8', '10.1.2.3', '10.0.0.0/9', '10.1.2.3'],
		['10.0.0.0', '10.1.2.3', '10.200.0.0'],
		['11.0.0.0'],
	],
	[['loopback'], ['127.0.0.1', '127.255.255.255', '::1'], ['128.0.0.1', '::2', '::127.0.0.1']],
	[['linklocal'], ['169.254.9.9', 'fe80::1', 'febf::1'], ['169.255.0.0', 'fec0::1', 'fe7f::1']],
	[
		['uniquelocal'],
		['10.9.9.9', '172.16.0.0', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff::1'],
		['172.32.0.0', '192.169.0.0', 'fbff::1', 'fe00::1', '127.0.0.1', '100.64.0.1'],
	],
];

test('a list covers the addresses of its entries, whatever their spelling', t => {
	for (const [entries, covered, not] of lists) {
		const list = new AddressList(entries);
		t.deepEqual(
			[...covered, ...not].filter(text => covers(list, text)),
			[...covered],
			entries.join(' '),
		);
	}
});

const invalid: readonly unknown[] = [
	...['', 'evil', 'Loopback', 'constructor', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/', '10/8'],
	...[
		'010.0.0.0/8',
		'10.0.0.0/-1',
		'10.0.0.0/8 ',
		' 10.0.0.0',
		'10.0.0.0/8/8',
		'/8',
		'10.0.0.1:80',
	],
	...[
		'::/129',
		'[::1]',
		'fe80::1%eth0',
		'fe80::%eth0/10',
		'::ffff:10.0.0.0/8',
		'::ffff:1.2.3.4/95',
	],
	...[7, null, undefined, ['10.0.0.1'], {}],
];

test('an invalid entry throws an error that names it', t => {
	for (const entry of invalid) {
		t.throws(() => new AddressList(['10.0.0.0/8', entry as string]), {
			instanceOf: TypeError,
			message:
				/^`AddressList\(\)\[1\]` must be an address, a CIDR, 'loopback', 'linklocal' or 'uniquelocal', got /,
		});
	}

	t.throws(() => new AddressList(['10.0.0.0/255.0.0.0']), {
		instanceOf: TypeError,
		message:
			"`AddressList()[0]` must be a CIDR with a prefix length such as 10.0.0.0/8, not a mask, got '10.0.0.0/255.0.0.0'",
	});
	t.throws(() => new AddressList('10.0.0.0/8' as unknown as string[]), {
		instanceOf: TypeError,
		message: /^`AddressList\(\)` must be a list, each entry an address/,
	});
});

/** Few bits vary, so that random entries and addresses meet often. */
const groups = (length: 2 | 8) =>
	fc.array(fc.constantFrom(0, 1, 2, 0x8000, 0xfffe, 0xffff), {
		minLength: length,
		maxLength: length,
	});
const entry = fc.oneof(
	fc.record({groups: groups(2), prefix: fc.integer({min: 0, max: 32})}),
	fc.record({groups: groups(8), prefix: fc.integer({min: 0, max: 128})}),
);

const bits = (address: Address) =>
	address.map(group => group.toString(2).padStart(16, '0')).join('');

test('a list covers an address if and only if it begins with the bits of an entry, replaced or not', async t => {
	// Some lists are so long that they are read and sorted in several steps.
	const anyTimes = fc.oneof(
		{weight: 9, arbitrary: fc.constant(1)},
		{weight: 1, arbitrary: fc.integer({min: 2, max: 300})},
	);
	const property = fc.asyncProperty(
		fc.array(entry, {maxLength: 30}),
		fc.array(fc.oneof(groups(2), groups(8)), {maxLength: 20}),
		anyTimes,
		async (entries, addresses, times) => {
			const isV4InV6 = (address: Address) =>
				address.length === 8 && bits(address).startsWith(`${'0'.repeat(80)}${'1'.repeat(16)}`);
			const known = entries.filter(given => !isV4InV6(given.groups));
			const texts = known.map(given => `${addressText(given.groups)}/${given.prefix}`);
			const given = Array<string[]>(times).fill(texts).flat();
			const list = new AddressList(given);
			const replaced = new AddressList(['::/0', '0.0.0.0/0']);
			await replaced.replace(given);

			return addresses.every(address => {
				const isCovered = known.some(
					given =>
						given.groups.length === address.length &&
						bits(address).startsWith(bits(given.groups).slice(0, given.prefix)),
				);
				return list.covers(address) === isCovered && replaced.covers(address) === isCovered;
			});
		},
	);

	await t.notThrowsAsync(() => fc.assert(property, {numRuns: runs(500)}));
});
