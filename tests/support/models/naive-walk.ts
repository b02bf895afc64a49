import {type NaiveAddress, naiveAddress, naiveIPv4, naiveIPv6} from './naive-address.ts';

export type NaiveSyntax = 'comma list' | 'Forwarded';

export interface NaiveRequest {
	/** Undefined on a Unix socket. */
	readonly peer: NaiveAddress | undefined;
	/** The header's lines, in order. */
	readonly lines: readonly string[];
	readonly syntax: NaiveSyntax;
	/** Undefined: one hop, from any peer that is not on a public address. */
	readonly trusted: readonly string[] | undefined;
}

export interface NaiveClient {
	/** Undefined where nobody was found but a peer on a Unix socket. */
	readonly address: NaiveAddress | undefined;
	readonly end:
		| 'untrusted-peer'
		| 'header-missing'
		| 'client'
		| 'all-proxies'
		| 'unreadable'
		| 'too-many-hops';
	/** The proxies whose word was taken for the hop before them, nearest first; never the client. */
	readonly passed: readonly NaiveAddress[];
}

interface Item {
	/** What it says the client is, if it can be read at all. */
	readonly client: NaiveAddress | undefined;
	/** The items to its left; undefined where it is the left-most. */
	readonly rest: string | undefined;
}

type Pair = readonly [name: string, value: string];

const MOST_HOPS = 100;
const MOST_CHARACTERS = 5000;
const notPublic = ['loopback', 'linklocal', 'uniquelocal'];
const named: Record<string, readonly string[]> = {
	loopback: ['127.0.0.0/8', '::1/128'],
	linklocal: ['169.254.0.0/16', 'fe80::/10'],
	uniquelocal: ['fc00::/7', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
};
const tokenCharacters =
	"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * Who the client is, a second time and as plainly as can be: addresses are numbers that are read by
 * hand, and an item of `Forwarded` is found by trying where it may begin. Uses nothing of `source/`.
 */
export function naiveClient({peer, lines, syntax, trusted}: NaiveRequest): NaiveClient {
	if (!isProxy(peer, trusted ?? notPublic)) {
		return {address: peer, end: 'untrusted-peer', passed: []};
	}

	const text = lines.join(', ');
	if (text === '') {
		return {address: peer, end: 'header-missing', passed: []};
	}

	const found = naiveWalk(text, syntax, trusted);
	return {...found, address: found.address ?? peer};
}

/** A Unix socket is a proxy of ours unless nobody is. */
function isProxy(peer: NaiveAddress | undefined, list: readonly string[]): boolean {
	return peer === undefined ? list.length > 0 : isListed(peer, list);
}

/** @param trusted undefined: the right-most item is the client's, whoever that is */
export function naiveWalk(
	text: string,
	syntax: NaiveSyntax,
	trusted: readonly string[] | undefined,
): NaiveClient {
	const passed: NaiveAddress[] = [];
	let rest: string | undefined = text;

	while (passed.length < MOST_HOPS) {
		const item: Item = syntax === 'Forwarded' ? lastForwarded(rest) : lastListed(rest);
		const {client} = item;
		const before = item.rest === undefined ? 0 : item.rest.length;
		if (client === undefined || text.length - before > MOST_CHARACTERS) {
			return {address: passed.at(-1), end: 'unreadable', passed};
		}

		if (trusted === undefined || !isListed(client, trusted)) {
			return {address: client, end: 'client', passed};
		}

		if (item.rest === undefined) {
			return {address: client, end: 'all-proxies', passed};
		}

		passed.push(client);
		rest = item.rest;
	}

	return {address: passed.at(-1), end: 'too-many-hops', passed};
}

function isListed({bits, value}: NaiveAddress, list: readonly string[]): boolean {
	return list
		.flatMap(entry => named[entry] ?? [entry])
		.some(entry => {
			const [text = '', length] = entry.split('/');
			const network = naiveAddress(text);
			const isMapped = network?.bits === 32 && text.includes(':');
			const prefix = length === undefined ? bits : Number(length) - (isMapped ? 96 : 0);
			const ignored = BigInt(bits - prefix);

			return network?.bits === bits && network.value >> ignored === value >> ignored;
		});
}

function lastListed(text: string): Item {
	const comma = text.lastIndexOf(',');
	return {
		client: naiveNode(trimmed(text.slice(comma + 1)), false),
		rest: comma === -1 ? undefined : text.slice(0, comma),
	};
}

/**
 * It begins at the start or after a comma, and all that follows is pairs. No two commas will do: seen
 * from one that is in quotes, what was in quotes is not, and at the end one quote is left over.
 */
function lastForwarded(text: string): Item {
	for (let comma = text.length - 1; comma >= -1; comma -= 1) {
		const pairs = comma === -1 || text[comma] === ',' ? pairsIn(text.slice(comma + 1)) : undefined;
		if (pairs !== undefined) {
			const [node, ...more] = pairs.filter(([name]) => name.toLowerCase() === 'for');
			return {
				client: node && more.length === 0 ? naiveNode(node[1], true) : undefined,
				rest: comma === -1 ? undefined : text.slice(0, comma),
			};
		}
	}

	return {client: undefined, rest: undefined};
}

/** Undefined where anything else stands between them. */
function pairsIn(text: string): Pair[] | undefined {
	const pairs: Pair[] = [];
	let rest = trimmed(text);
	while (rest !== '') {
		if (!rest.startsWith(';')) {
			const read = firstPair(rest);
			if (read === undefined) {
				return undefined;
			}

			pairs.push(read.pair);
			rest = trimmed(read.rest);
			if (rest !== '' && !rest.startsWith(';')) {
				return undefined;
			}
		}

		rest = trimmed(rest.slice(1));
	}

	return pairs;
}

function firstPair(text: string): {pair: Pair; rest: string} | undefined {
	const name = leading(text, tokenCharacters);
	if (name === '' || text[name.length] !== '=') {
		return undefined;
	}

	const written = text.slice(name.length + 1);
	if (written.startsWith('"')) {
		const read = firstQuoted(written);
		return read && {pair: [name, read.value], rest: read.rest};
	}

	const value = leading(written, `${tokenCharacters}:[]`);
	return value === '' ? undefined : {pair: [name, value], rest: written.slice(value.length)};
}

/** Without its quotes, and each escaped character without its backslash. */
function firstQuoted(text: string): {value: string; rest: string} | undefined {
	let value = '';
	for (let at = 1; at < text.length; at += 1) {
		if (text[at] === '"') {
			return {value, rest: text.slice(at + 1)};
		}

		if (text[at] === '\\') {
			at += 1;
		}

		if (!/^[\t\x20-\x7e\x80-\xff]$/.test(text[at] ?? '')) {
			return undefined;
		}

		value += text[at];
	}

	return undefined;
}

/** An address, perhaps with a port. */
function naiveNode(text: string, isForwarded: boolean): NaiveAddress | undefined {
	if (text.startsWith('[')) {
		const end = text.lastIndexOf(']');
		const address = naiveIPv6(text.slice(1, end));
		return end > 0 && isPort(text.slice(end + 1), isForwarded) ? address : undefined;
	}

	const colon = text.indexOf(':');
	if (colon !== -1 && colon === text.lastIndexOf(':')) {
		const address = naiveIPv4(text.slice(0, colon));
		return isPort(text.slice(colon), isForwarded) ? address : undefined;
	}

	return isForwarded ? naiveIPv4(text) : naiveAddress(text);
}

function isPort(text: string, isForwarded: boolean): boolean {
	const digits = leading(text.slice(1), '0123456789');
	const isNumber =
		text === `:${digits}` && digits.length >= 1 && digits.length <= 5 && Number(digits) <= 65_535;

	return text === '' || isNumber || (isForwarded && /^:_[A-Za-z0-9._-]+$/.test(text));
}

/** What the text begins with, as far as it is made of these characters. */
function leading(text: string, characters: string): string {
	let length = 0;
	while (length < text.length && characters.includes(text.charAt(length))) {
		length += 1;
	}

	return text.slice(0, length);
}

/** Only spaces and tabs: no other character is around an item. */
function trimmed(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && ' \t'.includes(text.charAt(start))) {
		start += 1;
	}

	while (end > start && ' \t'.includes(text.charAt(end - 1))) {
		end -= 1;
	}

	return text.slice(start, end);
}
