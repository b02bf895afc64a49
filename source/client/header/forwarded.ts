import {parseEndpoint} from './endpoint.ts';
import type {HeaderSyntax} from './header-syntax.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** `name=value`, the value quoted or not. Brackets and colons should be quoted, and often are not. */
const pair = /([!#$%&'*+.^_`|~\w-]+)=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([!#$%&'*+.^_`|~\w:[\]-]+))/y;

const beforePairs = /[ \t;]*/y;
const afterPair = /[ \t]*(?:;[ \t;]*|$)/y;

/** A node whose port is an obfuscated one. */
const obfuscatedPort = /^(\[[^\]]*\]|[^:]*):_[\w.-]+$/;

/**
 * The syntax of `Forwarded`, read from the right: what stands in quotes separates nothing, and a quote
 * that a client left open further left hides nothing of what our proxy has appended.
 *
 * @see RFC 7239, sections 4 and 6
 */
export const forwarded: HeaderSyntax = {
	separatorBefore(list, end) {
		let index = end - 1;
		while (index >= 0 && list.charCodeAt(index) !== COMMA) {
			index = (list.charCodeAt(index) === QUOTE ? openingQuote(list, index) : index) - 1;
		}

		return Math.max(index, -1);
	},

	addressIn(element) {
		const node = forParameter(element);

		return node === undefined ? undefined : parseEndpoint(node.replace(obfuscatedPort, '$1'));
	},
};

/** The quote that opens what the one at `closing` closes; -1 if there is none. */
function openingQuote(list: string, closing: number): number {
	let index = closing;
	do {
		index = index === 0 ? -1 : list.lastIndexOf('"', index - 1);
	} while (index > 0 && isEscaped(list, index));

	return index;
}

/** An odd number of backslashes makes the character behind them one of the text. */
function isEscaped(list: string, index: number): boolean {
	let before = index - 1;
	while (before >= 0 && list.charCodeAt(before) === BACKSLASH) {
		before -= 1;
	}

	return (index - before) % 2 === 0;
}

/** The value of the one `for` of an element whose every pair is well-formed. */
function forParameter(element: string): string | undefined {
	let found: string | undefined;
	let index = endOf(beforePairs, element, 0);

	while (index < element.length) {
		pair.lastIndex = index;
		const [whole = '', name = '', quoted, plain] = pair.exec(element) ?? [];
		const end = endOf(afterPair, element, index + whole.length);
		const isFor = name.toLowerCase() === 'for';
		if (whole === '' || end === 0 || (isFor && found !== undefined)) {
			return undefined;
		}

		if (isFor) {
			found = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
		}

		index = end;
	}

	return found;
}

/** Where a match at `start` ends; 0 if there is none. */
function endOf(pattern: RegExp, text: string, start: number): number {
	pattern.lastIndex = start;
	pattern.test(text);
	return pattern.lastIndex;
}
