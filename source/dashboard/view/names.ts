import {searchText} from '../text/search-text.ts';
import {startOf} from '../text/start-of.ts';
import {type Html, html} from './html.ts';

/** Characters of a text that the page contains. Style cuts what is too wide. */
const MAX_SHOWN = 200;
const MAX_WORD = 60;
const MAX_TITLE = 1000;

/** Characters that are visible everywhere. */
const SHORT = 20;

/**
 * A text of somebody else's: a client, a reason, a rule. It does not reorder what stands around it.
 *
 * @param length how many characters are shown; its title has the rest
 */
export function foreign(text: string, length = MAX_SHOWN): Html {
	const shown = startOf(text, length);

	return text.length > SHORT
		? html`<bdi title="${startOf(text, MAX_TITLE)}">${shown}</bdi>`
		: html`<bdi>${shown}</bdi>`;
}

/** A client, as a link to how it stands. */
export function clientLink(client: string): Html {
	return html`<a class="client" href="${searchFor(client)}#client">${foreign(client)}</a>`;
}

/** A text of somebody else's in the middle of a sentence. */
export function foreignWord(text: string): Html {
	return foreign(text, MAX_WORD);
}

/** The page's query that searches for a text. */
export function searchFor(text: string): string {
	return `?${new URLSearchParams({client: searchText(text)})}`;
}

/** What tells entries of a list apart. */
export function entryKey(text: string): string {
	return searchText(text);
}
