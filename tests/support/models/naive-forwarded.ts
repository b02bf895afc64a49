import {type Item, leading, naiveNode, trimmed} from './naive-node.ts';

type Pair = readonly [name: string, value: string];

const tokenCharacters =
	"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * The item begins at the start or after a comma, and everything after that is pairs. Only one comma fits: from
 * a comma in quotes, the quoted text looks unquoted, and one quote is left over at the end.
 */
export function lastForwarded(text: string): Item {
	for (let comma = text.length - 1; comma >= -1; comma -= 1) {
		const pairs = comma === -1 || text[comma] === ',' ? pairsIn(text.slice(comma + 1)) : undefined;
		if (pairs !== undefined) {
			const [node, ...more] = pairs.filter(([name]) => name.toLowerCase() === 'for');
			return {
				hop: node && more.length === 0 ? naiveNode(node[1], true) : undefined,
				rest: comma === -1 ? undefined : text.slice(0, comma),
			};
		}
	}

	return {hop: undefined, rest: undefined};
}

/** Undefined if there is anything else between the pairs. */
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

/** The value has no quotes, and no backslash before an escaped character. */
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
