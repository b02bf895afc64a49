import fc from 'fast-check';
import type {NaiveSyntax} from '../models/naive-walk.ts';
import {
	type AnyHop,
	anyAddress,
	anyHop,
	anyLook,
	forwarded,
	type Groups,
	type Look,
	listed,
	spelled,
} from './any-hops.ts';
import {hostile, legal} from './hostile-text.ts';

/** A header that should name the client, and the proxies that are trusted. */
export interface AnyForwarding {
	readonly syntax: NaiveSyntax;
	readonly lines: readonly string[];
	readonly trusted: readonly string[] | undefined;
	readonly ipv6Prefix: number;
}

/** A small change to a header. */
interface Edit {
	/** Counted from the right, where the walk begins. */
	readonly at: number;
	readonly cut: number;
	readonly put: string;
}

type AnyEntry = string | {readonly whose: number; readonly look: Look; readonly prefix: number};

/** To put in place of a hop's port. */
const badPorts = [
	...[':', ':_', ':65536', ':000080', ':-1', ':0x50', ': 80', ':80 ', ':80:', ':80:80', ':80:_a'],
	...[':_a:80', ':_a:_b', ':_a"', ':_é', '%eth0', '%eth0:80', '/64', ']', ']:80', '.1', ':1'],
];

const badNodes = [
	...['[1.2.3.4]', '[1.2.3.4]:80', '[::ffff:1.2.3.4', '::ffff:1.2.3.4]', '[[::1]]', '[]', '[]:80'],
	...['127.1', '0x7f.0.0.1', '1.2.3.04', '256.1.1.1', '1.2.3.4.5', '2130706433'],
	...['1.2.3.4,', '[:1]', '::1', '::ffff:1.2.3.04', '::1.2.3', '1::2::3', ':::'],
	...['1:2:3:4::5:6:7:8', '1:2:3:4:5:6:7:8::', '1:2:3:4:5:6:7:8:9'],
	...['1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4::', '00001::', 'g::', '[fe80::1%eth0]'],
	...[
		'1:2:3:4:5:6:7:8:65536',
		'2001:db8::1:51234',
		'2001:db8:::1',
		'2001:db8:::51234',
		'1::7:99999',
	],
	...['1:2:3:4:5:6:1.2.3.4:80', '1::3:4:5:6:7:8:80', '1:2:3:4:5:6:7::80', '1:2:3:4:5:6:7:8:'],
	...['unix:', 'unix', 'unix::', 'unix:80', 'UNIX:', 'unix:/run/a'],
	...['unknown', '_hidden', '_hidden:80', 'a.test', ' 1.2.3.4', '\u00a01.2.3.4', '', "'1.2.3.4'"],
];
const badPairs = [
	...['a =b', 'a= b', 'a=', '=b', 'a', '"a"=b', 'a="b', 'a=b"', 'a="b"c', 'a=b c'],
	...['a=\\b', 'a="\\"', 'for=1.2.3.4', 'FOR="_b"', 'a=é', 'é=a', 'a=(b)', 'a=b=c'],
	...['a==b', 'a:b=c', 'a=b/c', '\u00a0'],
];

/** Items with one thing wrong, in one syntax or in both. */
export const badItems: readonly string[] = [
	...badPorts.flatMap(port => ['1.2.3.4', '[::1]'].map(node => `${node}${port}`)),
	...badPorts.flatMap(port => ['1.2.3.4', '[::1]'].map(node => `for="${node}${port}"`)),
	...badNodes.flatMap(node => [node, `for=${node}`, `for="${node}"`]),
	...badPairs.flatMap(pair => [`${pair};for=1.2.3.4`, `for=1.2.3.4;${pair}`, pair]),
	...['for =1.2.3.4', 'for= 1.2.3.4', 'fo\\r=1.2.3.4', '"for"=1.2.3.4', 'for:1.2.3.4'],
	...['for;1.2.3.4'],
];

const syntax = fc.constantFrom<NaiveSyntax>('comma list', 'Forwarded');
const ipv6Prefix = fc.oneof(fc.constant(64), fc.integer({min: 32, max: 128}));

const anyEntry: fc.Arbitrary<AnyEntry> = fc.oneof(
	{weight: 2, arbitrary: fc.constantFrom('loopback', 'linklocal', 'uniquelocal')},
	{weight: 1, arbitrary: fc.constantFrom('0.0.0.0/0', '::/0', '0.0.0.0/1', '::ffff:0:0/96')},
	{
		weight: 4,
		arbitrary: fc.record({
			whose: fc.nat(100),
			look: anyLook,
			prefix: fc.oneof(fc.constant(128), fc.nat(128)),
		}),
	},
);

const anyEdits: fc.Arbitrary<readonly Edit[]> = fc.oneof(
	{weight: 1, arbitrary: fc.constant([])},
	{
		weight: 2,
		arbitrary: fc.array(
			fc.record({
				at: fc.nat(2000),
				cut: fc.constantFrom(0, 0, 1, 1, 2, 5),
				put: fc.oneof(fc.constant(''), fc.constantFrom(...hostile)),
			}),
			{minLength: 1, maxLength: 3},
		),
	},
);

const badHop: fc.Arbitrary<AnyHop> = fc
	.tuple(anyHop, fc.constantFrom(...badPorts))
	.map(([hop, port]) => ({...hop, port, inForwarded: {...hop.inForwarded, port}}));

const anyTrust = fc.option(fc.array(anyEntry, {maxLength: 5, size: 'max'}), {nil: undefined});
const addresses = fc.array(anyAddress, {minLength: 1, maxLength: 4, size: 'max'});

/** Lists of addresses, some of them with a few edits. */
export function nearlyValid(repeats: fc.Arbitrary<number>): fc.Arbitrary<AnyForwarding> {
	return fc
		.record({
			syntax,
			addresses,
			hops: fc.array(
				fc.record({
					hop: fc.oneof(
						{weight: 18, arbitrary: anyHop},
						{weight: 1, arbitrary: badHop},
						{weight: 1, arbitrary: fc.constantFrom(...badItems)},
					),
					isOnNewLine: fc.constantFrom(false, false, true),
				}),
				{minLength: 1, maxLength: 6, size: 'max'},
			),
			repeats,
			trusted: anyTrust,
			edits: anyEdits,
			ipv6Prefix,
		})
		.map(({addresses: all, hops, trusted, edits, ...drawn}) => {
			const write = drawn.syntax === 'Forwarded' ? forwarded : listed;
			const items = hops.map(({hop, isOnNewLine}) => {
				const item = typeof hop === 'string' ? hop : write(named(all, hop), hop);
				return `${item}${isOnNewLine ? '\n' : ','}`;
			});
			const text = items.join('').repeat(drawn.repeats).slice(0, -1);

			return {
				syntax: drawn.syntax,
				lines: edits.reduce(edited, text).split('\n'),
				trusted: trusted?.map(entry => written(entry, all)),
				ipv6Prefix: drawn.ipv6Prefix,
			};
		});
}

/** Text that an attacker who knows the syntax might send. */
export const anyText: fc.Arbitrary<string> = fc
	.array(
		fc.oneof(
			{weight: 4, arbitrary: fc.constantFrom(...hostile)},
			{weight: 1, arbitrary: fc.constantFrom(...legal)},
		),
		{maxLength: 20, size: 'max'},
	)
	.map(parts => parts.join(''));

export const anyNoise: fc.Arbitrary<AnyForwarding> = fc
	.record({
		syntax,
		addresses,
		lines: fc.array(anyText, {maxLength: 3}),
		trusted: anyTrust,
		ipv6Prefix,
	})
	.map(({addresses: all, trusted, ...drawn}) => ({
		...drawn,
		trusted: trusted?.map(entry => written(entry, all)),
	}));

function named(all: readonly Groups[], {whose}: Pick<AnyHop, 'whose'>): Groups {
	return all[whose % all.length] ?? [0, 0];
}

/** An entry of `trustedProxies`. The prefix of a mapped IPv4 address counts the 96 bits before it too. */
function written(entry: AnyEntry, all: readonly Groups[]): string {
	if (typeof entry === 'string') {
		return entry;
	}

	const {look, prefix} = entry;
	const groups = named(all, entry);
	const text = spelled(groups, look);
	if (groups.length === 8) {
		const isMapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff;
		return `${text}/${isMapped ? Math.max(96, prefix) : prefix}`;
	}

	const bits = Math.max(0, prefix - 96);
	return prefix === 128 ? text : `${text}/${look.isMapped ? bits + 96 : bits}`;
}

function edited(text: string, {at, cut, put}: Edit): string {
	const place = text.length - (at % (text.length + 1));
	return text.slice(0, place) + put + text.slice(place + cut);
}
