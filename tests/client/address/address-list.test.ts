import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {type Address, addressText, parseAddress} from '../../../source/client/address/address.ts';
import {AddressList} from '../../../source/index.ts';

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

test('a list covers what lies in one of its entries, by the bits', t => {
	for (const [entries, covered, not] of lists) {
		const list = new AddressList(entries);
		t.deepEqual(
			[...covered, ...not].filter(text => covers(list, text)),
			[...covered],
			entries.join(' '),
		);
	}
});

const strangers: readonly unknown[] = [
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

test('an entry that is none fails, and says which it is', t => {
	for (const stranger of strangers) {
		t.throws(() => new AddressList(['10.0.0.0/8', stranger as string]), {
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

test('replace() takes the new entries whole, or none of them', async t => {
	const list = new AddressList(['10.0.0.0/8']);

	await t.throwsAsync(list.replace(['192.0.2.0/24', 'evil']), {
		instanceOf: TypeError,
		message: /^`replace\(\)\[1\]` must be /,
	});
	t.true(covers(list, '10.0.0.1'));
	t.false(covers(list, '192.0.2.1'));
	await list.replace(['192.0.2.0/24']);
	t.false(covers(list, '10.0.0.1'));
	t.true(covers(list, '192.0.2.1'));
	await list.replace([]);
	t.false(covers(list, '192.0.2.1'));
});

test('replace() rejects for what is no list, and throws nothing', async t => {
	const list = new AddressList([]);

	for (const none of ['10.0.0.0/8', undefined, {length: 0}]) {
		await t.throwsAsync(list.replace(none as unknown as string[]), {
			instanceOf: TypeError,
			message: /^`replace\(\)` must be a list, each entry an address/,
		});
	}
});

const MANY = 100_000;

/** Addresses out of order, no two side by side; half of them are IPv4. */
const many = Array.from({length: MANY}, (_, index) => even((index * 7919) % MANY));

function even(index: number): string {
	return numbered(2 * index);
}

function odd(index: number): string {
	return numbered(2 * index + 1);
}

/** The family changes with every second number, so that an even one and the next share it. */
function numbered(number: number): string {
	return number & 2
		? `10.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}`
		: `2001:db8::${(number >> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
}

/** How often the event loop came round to others before the work was done. */
async function turnsDuring(work: Promise<unknown>, atEach: () => void): Promise<number> {
	let turns = 0;
	let isDone = false;
	work.finally(() => {
		isDone = true;
	});
	while (!isDone) {
		atEach();
		turns += 1;
		await setImmediate();
	}

	return turns;
}

test('other work runs while many entries are replaced, and finds the old ones', async t => {
	const list = new AddressList(['192.0.2.1']);
	const found = new Set<string>();

	const asked = ['192.0.2.1', ...many.slice(0, 2), ...many.slice(-2)];
	const turns = await turnsDuring(list.replace(many), () => {
		found.add(asked.filter(address => list.has(address)).join());
	});

	// Neither reading nor sorting alone gives way so often.
	t.true(turns > MANY / 200, `${turns} turns`);
	t.deepEqual([...found], ['192.0.2.1']);
	t.false(list.has('192.0.2.1'));
	for (let index = 0; index < MANY; index += 1) {
		if (!list.has(even(index)) || list.has(odd(index))) {
			t.fail(`${even(index)} is not covered, or ${odd(index)} is`);
		}
	}
});

test('of many entries the first bad one is told, and none is taken', async t => {
	const list = new AddressList(['192.0.2.1']);
	const entries = [...many, 'evil', 'worse'];

	await t.throwsAsync(list.replace(entries), {
		instanceOf: TypeError,
		message: /^`replace\(\)\[100000\]` must be an address, .*, got 'evil'$/,
	});
	t.throws(() => new AddressList(entries), {message: /^`AddressList\(\)\[100000\]` must be /});
	t.true(list.has('192.0.2.1'));
	t.false(list.has(even(0)));
});

test('what becomes of the array after the call does not matter', async t => {
	const list = new AddressList([]);
	const entries = [...many];
	const replaced = list.replace(entries);

	entries.fill('evil');
	entries.length = 7;
	await replaced;
	t.true([...many.slice(0, 100), ...many.slice(-100)].every(address => list.has(address)));
});

test('a hole of the array is a bad entry, even if it is filled after the call', async t => {
	const list = new AddressList(['192.0.2.1']);

	for (const length of [2, MANY]) {
		const entries = Array<string>(length);
		entries[0] = '10.0.0.0/8';
		const replaced = list.replace(entries);
		entries.fill('10.0.0.0/8');

		await t.throwsAsync(replaced, {
			instanceOf: TypeError,
			message: /^`replace\(\)\[1\]` must be .*, got undefined$/,
		});
	}

	t.true(list.has('192.0.2.1'));
	t.false(list.has('10.0.0.0'));
});

/** One call of `replace()` among others. */
interface Replacing {
	/** Of how many entries; what takes more is done later. */
	readonly size: number;
	readonly isBad: boolean;
	/** How many turns of the event loop after the call before it. */
	readonly wait: number;
}

/** Plays calls, and tells whether the last one that takes its entries prevails in the end. */
async function lastPrevails(calls: readonly Replacing[]): Promise<boolean> {
	const list = new AddressList([own(-1)]);
	const replaced: Array<Promise<unknown>> = [];
	for (const [index, {size, isBad, wait}] of calls.entries()) {
		for (let turn = 0; turn < wait; turn += 1) {
			await setImmediate();
		}

		const entries = Array<string>(size).fill(own(index));
		const work = list.replace(isBad ? [...entries, 'evil'] : entries);
		replaced.push(
			work.then(
				() => false,
				() => true,
			),
		);
	}

	const areBad = await Promise.all(replaced);
	const owns = [-1, ...calls.keys()].map(own);
	const inForce = owns.filter(address => list.has(address));
	return (
		calls.every(({isBad}, index) => areBad[index] === isBad) &&
		inForce.join() === own(calls.findLastIndex(({isBad}) => !isBad))
	);
}

/** An address for each call, and for what the list has before any. */
function own(call: number): string {
	return `10.0.0.${call + 1}`;
}

test('of two calls that overlap the later prevails, whichever is done first, unless it rejects', async t => {
	for (const [size, otherSize] of [
		[1, 5000],
		[5000, 1],
		[5000, 5000],
		[1, 1],
	] as const) {
		for (const isBad of [false, true]) {
			for (const isOtherBad of [false, true]) {
				const calls = [
					{size, isBad, wait: 0},
					{size: otherSize, isBad: isOtherBad, wait: 0},
				];
				t.true(await lastPrevails(calls), JSON.stringify(calls));
			}
		}
	}
});

test('of calls at any time the last that does not reject prevails', async t => {
	const anyCalls = fc.array(
		fc.record({
			size: fc.constantFrom(1, 1000, 3000),
			isBad: fc.boolean(),
			wait: fc.integer({min: 0, max: 12}),
		}),
		{maxLength: 5},
	);

	await t.notThrowsAsync(() => fc.assert(fc.asyncProperty(anyCalls, lastPrevails), {numRuns: 100}));
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

test('a list covers an address exactly if the bits of some entry begin it, replaced or not', async t => {
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

	await t.notThrowsAsync(() => fc.assert(property, {numRuns: 2000}));
});
