import {cut} from './start-of.ts';

/** Characters of what is searched for. */
const MAX_LENGTH = 200;

/** As much of a text as is searched for. */
export function searchText(text: string): string {
	return cut(text, MAX_LENGTH);
}
