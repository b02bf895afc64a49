import {parseAddressWithPort} from './address-with-port.ts';
import {unixHop} from './hop.ts';
import type {ForwardingSyntax} from './syntax.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** `name=value`, quoted or not. A value with brackets or colons should be quoted, and often is not. */
const pair = /([!#$%&'*+.^_`|~\w-]+)=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([!#$%&'*+.^_`|~\w:[\]-]+))/y;

const beforePairs = /[ \t;]*/y;
const afterPair = /[ \t]*(?:;[ \t;]*|$)/y;

/** A node with an obfuscated port. */
const obfuscatedPort = /^(\[[^\]]*\]|[^:]*):_[\w.-]+$/;

/**
 * The syntax of `Forwarded`, read from the right. A comma in quotes does not separate items. A quote that a
 * client left open further left does not hide what our proxy has appended.
 *
 * @see RFC 7239, sections 4 and 6
 */
export const forwarded: ForwardingSyntax = {
	separatorBefore(list, end) {
		let index = end - 1;
		while (index >= 0 && list.charCodeAt(index) !== COMMA) {
			index = (list.charCodeAt(index) === QUOTE ? openingQuote(list, index) : index) - 1;
		}

		return Math.max(index, -1);
	},

	hopIn(element) {
		const node = forParameter(element);
		if (node === undefined || node === unixHop) {
			return node;
		}

		return parseAddressWithPort(node.replace(obfuscatedPort, '$1'));
	},
};

/** The index of the quote that opens the text which the quote at `closing` ends; -1 if there is none. */
function openingQuote(list: string, closing: number): number {
	let index = closing;
	do {
		index = index === 0 ? -1 : list.lastIndexOf('"', index - 1);
	} while (index > 0 && isEscaped(list, index));

	return index;
}

/** An odd number of backslashes escapes the character after them. */
function isEscaped(list: string, index: number): boolean {
	let before = index - 1;
	while (before >= 0 && list.charCodeAt(before) === BACKSLASH) {
		before -= 1;
	}

	return (index - before) % 2 === 0;
}

/** The value of the only `for` of an element, if all of its pairs are well-formed. */
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

/** The end of a match at `start`; 0 if there is none. */
function endOf(pattern: RegExp, text: string, start: number): number {
	pattern.lastIndex = start;
	pattern.test(text);
	return pattern.lastIndex;
}
