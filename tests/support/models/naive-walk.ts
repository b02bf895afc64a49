import {type NaiveAddress, naiveAddress} from './naive-address.ts';
import {lastForwarded} from './naive-forwarded.ts';
import {type Item, type NaiveHop, naiveNode, trimmed} from './naive-node.ts';

export type NaiveSyntax = 'comma list' | 'Forwarded';

export interface NaiveRequest {
	/** Undefined on a Unix socket. */
	readonly peer: NaiveAddress | undefined;
	/** The header's lines, in order. */
	readonly lines: readonly string[];
	readonly syntax: NaiveSyntax;
	/** Undefined means one hop, from any peer that is not on a public address. */
	readonly trusted: readonly string[] | undefined;
}

export interface NaiveClient {
	/** Undefined if only a peer on a Unix socket was found. */
	readonly address: NaiveAddress | undefined;
	readonly end:
		| 'untrusted-peer'
		| 'header-missing'
		| 'client'
		| 'all-proxies'
		| 'unreadable'
		| 'too-many-hops';
	/** The proxies that were trusted to name the hop before them, nearest first. The client is not among them. */
	readonly passed: readonly NaiveHop[];
}

const MAX_HOPS = 100;
const MAX_CHARACTERS = 5000;
const notPublic = ['loopback', 'linklocal', 'uniquelocal'];
const named: Record<string, readonly string[]> = {
	loopback: ['127.0.0.0/8', '::1/128'],
	linklocal: ['169.254.0.0/16', 'fe80::/10'],
	uniquelocal: ['fc00::/7', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
};

/**
 * Finds the client a second time, as plainly as possible: addresses are numbers, and an item of `Forwarded`
 * is found by trying every place where it may begin. Uses nothing of `source/`.
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

/** A peer on a Unix socket is a proxy unless the list is empty. */
function isProxy(peer: NaiveAddress | undefined, list: readonly string[]): boolean {
	return peer === undefined ? list.length > 0 : isListed(peer, list);
}

/** @param trusted if undefined, the right-most item names the client, whatever its address */
export function naiveWalk(
	text: string,
	syntax: NaiveSyntax,
	trusted: readonly string[] | undefined,
): NaiveClient {
	const passed: NaiveHop[] = [];
	let rest: string | undefined = text;
	let last: NaiveAddress | undefined;

	while (passed.length < MAX_HOPS) {
		const item: Item = syntax === 'Forwarded' ? lastForwarded(rest) : lastListed(rest);
		const {hop} = item;
		const before = item.rest === undefined ? 0 : item.rest.length;
		if (hop === undefined || text.length - before > MAX_CHARACTERS) {
			return {address: last, end: 'unreadable', passed};
		}

		if (hop === 'unix:') {
			if (!trusted?.length || item.rest === undefined) {
				return {address: last, end: 'unreadable', passed};
			}
		} else if (trusted === undefined || !isListed(hop, trusted)) {
			return {address: hop, end: 'client', passed};
		} else if (item.rest === undefined) {
			return {address: hop, end: 'all-proxies', passed};
		} else {
			last = hop;
		}

		passed.push(hop);
		rest = item.rest;
	}

	return {address: last, end: 'too-many-hops', passed};
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
		hop: naiveNode(trimmed(text.slice(comma + 1)), false),
		rest: comma === -1 ? undefined : text.slice(0, comma),
	};
}
