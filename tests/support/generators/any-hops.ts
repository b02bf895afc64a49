import fc from 'fast-check';

/** Groups of 16 bits: two in an IPv4 address, eight in an IPv6 address. */
export type Groups = readonly number[];

/** One of the spellings of an address: each number picks one of the ways there are. */
export interface Look {
	readonly isMapped: boolean;
	/** Whether the last 32 bits of an IPv6 address are written with dots. */
	readonly hasTail: boolean;
	/** Which zeros `::` replaces, if any. */
	readonly gap: number;
	/** One bit for each group. */
	readonly upper: number;
	readonly padded: number;
}

export interface AnyHop {
	/** The index of an address in the walk. */
	readonly whose: number;
	readonly look: Look;
	readonly port: string;
	readonly hasBrackets: boolean;
	/** The white space around it. */
	readonly space: string;
	readonly inForwarded: {
		readonly port: string;
		readonly name: string;
		readonly isQuoted: boolean;
		/** One bit for each character. */
		readonly escaped: number;
		readonly before: readonly string[];
		readonly after: readonly string[];
		readonly semicolon: string;
	};
}

/** An address in one of the many spellings of RFC 4291. */
export function spelled(groups: Groups, look: Look): string {
	if (groups.length === 2) {
		return look.isMapped ? spelled([0, 0, 0, 0, 0, 0xffff, ...groups], look) : dotted(groups);
	}

	const parts = groups.map((group, index) => {
		const hex = group.toString(16).padStart(isSet(look.padded, index) ? 4 : 1, '0');
		return isSet(look.upper, index) ? hex.toUpperCase() : hex;
	});
	if (look.hasTail) {
		parts.splice(6, 2, dotted(groups.slice(6)));
	}

	const gaps = parts.flatMap((_part, start) =>
		parts.map((_other, end) => ({start, end})).filter(({end}) => isZeros(parts, start, end)),
	);
	const gap = gaps[look.gap % (gaps.length + 1)];
	return gap
		? `${parts.slice(0, gap.start).join(':')}::${parts.slice(gap.end + 1).join(':')}`
		: parts.join(':');
}

/** An item of a comma list. */
export function listed(groups: Groups, {look, port, hasBrackets, space}: AnyHop): string {
	const text = spelled(groups, look);
	const isIPv6 = text.includes(':');
	const isBracketed = isIPv6 && (hasBrackets || port !== '');

	return `${space}${isBracketed ? `[${text}]` : text}${port}${space}`;
}

/** An item of `Forwarded`. */
export function forwarded(groups: Groups, {look, space, inForwarded}: AnyHop): string {
	const {port, name, isQuoted, escaped, before, after, semicolon} = inForwarded;
	const text = spelled(groups, look);
	const node = `${text.includes(':') ? `[${text}]` : text}${port}`;
	const value = isQuoted
		? `"${[...node].map((one, at) => (isSet(escaped, at) ? `\\${one}` : one)).join('')}"`
		: node;

	return `${space}${[...before, `${name}=${value}`, ...after].join(semicolon)}${space}`;
}

function dotted(groups: Groups): string {
	return groups.map(group => `${group >> 8}.${group & 255}`).join('.');
}

function isZeros(parts: readonly string[], start: number, end: number): boolean {
	return start <= end && parts.slice(start, end + 1).every(part => /^0+$/.test(part));
}

function isSet(bits: number, place: number): boolean {
	return ((bits >> (place % 16)) & 1) === 1;
}

// The first and last addresses of the ranges that have a name, and their neighbours outside.
const ipv4Edges: readonly Groups[] = [
	...[
		[0x7eff, 0xffff],
		[0x7f00, 0x0001],
		[0x7fff, 0xffff],
		[0x8000, 0],
		[0x09ff, 0xffff],
	],
	...[
		[0x0a00, 0],
		[0x0aff, 0xffff],
		[0x0b00, 0],
		[0xac0f, 0xffff],
		[0xac10, 0],
		[0xac1f, 0xffff],
	],
	...[
		[0xac20, 0],
		[0xc0a7, 0xffff],
		[0xc0a8, 0],
		[0xc0a8, 0xffff],
		[0xc0a9, 0],
		[0xa9fd, 0xffff],
	],
	...[
		[0xa9fe, 0],
		[0xa9fe, 0xffff],
		[0xa9ff, 0],
		[0, 0],
		[0xffff, 0xffff],
		[0xcb00, 0x7107],
	],
];
const ipv6Edges: readonly Groups[] = [
	...[0xfbff, 0xfc00, 0xfdff, 0xfe00, 0xfe7f, 0xfe80, 0xfebf, 0xfec0].flatMap(first => [
		[first, 0, 0, 0, 0, 0, 0, 0],
		[first, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff],
	]),
	...[
		[0, 0],
		[0, 1],
		[0, 2],
		[0x7f00, 1],
		[0x0a00, 1],
	].map(tail => [0, 0, 0, 0, 0, 0, ...tail]),
	...[0xfffe, 0xffff].map(sixth => [0, 0, 0, 0, 1, sixth, 0x7f00, 1]),
];

const anyGroup = fc.oneof(
	{weight: 3, arbitrary: fc.constant(0)},
	{weight: 2, arbitrary: fc.constantFrom(1, 0xa, 0xff, 0xdb8, 0x2001, 0xabcd, 0xffff)},
	{weight: 1, arbitrary: fc.nat(0xffff)},
);

export const anyAddress: fc.Arbitrary<Groups> = fc.oneof(
	fc.constantFrom(...ipv4Edges),
	fc.tuple(fc.nat(0xffff), fc.nat(0xffff)),
	fc.constantFrom(...ipv6Edges),
	fc.array(anyGroup, {minLength: 8, maxLength: 8}),
);

const anyBits = fc.oneof(fc.constantFrom(0, 0, 0xffff), fc.nat(0xffff));

export const anyLook: fc.Arbitrary<Look> = fc.record({
	isMapped: fc.boolean(),
	hasTail: fc.constantFrom(false, false, true),
	gap: fc.nat(40),
	upper: anyBits,
	padded: anyBits,
});

const ports = ['', '', '', ':0', ':80', ':00080', ':65535'];
const pairs = fc.array(
	fc.constantFrom(
		...['', 'proto=https', 'by=203.0.113.43', 'By="[2001:db8::1]:80"', 'a=[b:c]', 'ext=""'],
		...['host="a,b;c=d"', 'ext="\\",for=\\"1.2.3.4"', 'ext="\\\\"', 'ext="\\\\\\","', 'x="\t é"'],
	),
	{maxLength: 2},
);

export const anyHop: fc.Arbitrary<AnyHop> = fc.record({
	whose: fc.nat(100),
	look: anyLook,
	port: fc.constantFrom(...ports),
	hasBrackets: fc.boolean(),
	space: fc.constantFrom('', '', '', ' ', '\t', ' \t '),
	inForwarded: fc.record({
		port: fc.constantFrom(...ports, ':_a', ':_A.b-C_9'),
		name: fc.constantFrom('for', 'for', 'For', 'FOR'),
		isQuoted: fc.boolean(),
		escaped: fc.oneof({weight: 2, arbitrary: fc.constant(0)}, {weight: 1, arbitrary: anyBits}),
		before: pairs,
		after: pairs,
		semicolon: fc.constantFrom(';', ';', ' ; ', ';\t', ';;'),
	}),
});
