import {startOf} from '../text/start-of.ts';
import {inert} from './inert.ts';

/** Markup. Only `html` and `exact` make it, so that no other text is ever taken for markup. */
export class Html {
	readonly #markup: string;

	constructor(markup: string) {
		this.#markup = markup;
	}

	toString(): string {
		return this.#markup;
	}
}

/** Characters of a text that are shown. */
const MAX_TEXT = 2000;

/** What a template may contain. Texts are escaped, made inert, and cut if they are very long. Nothing stands for undefined and false. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/** A template tag. Attributes must be in double quotes. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
	return new Html(
		literals.reduce((markup, literal, index) => markup + markupOf(parts[index - 1]) + literal),
	);
}

/** A text as it is, not inert: for the value of a field that is sent back. */
export function exact(text: string): Html {
	return new Html(escaped(text));
}

function markupOf(part: Part): string {
	if (part === undefined || part === false) {
		return '';
	}

	if (part instanceof Html) {
		return String(part);
	}

	return typeof part === 'object'
		? part.map(markupOf).join('')
		: escaped(inert(startOf(String(part), MAX_TEXT)));
}

const escapes: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
	// A parser of HTML would turn it into a line feed.
	'\r': '&#13;',
};

function escaped(text: string): string {
	return text.replace(/[&<>"'\r]/g, character => escapes[character] ?? '');
}
