import type {VerdictName} from '../json/dashboard-json.ts';
import {type Html, html} from './html.ts';
import {foreignWord} from './names.ts';

/** The names of the columns and of the colours. */
export const verdictLabels: Readonly<Record<VerdictName, string>> = {
	admitted: 'Admitted',
	limited: 'Limited',
	banned: 'Banned',
	denied: 'Denied',
	unavailable: 'Store failed',
};

export type RefusingVerdict = Exclude<VerdictName, 'admitted'>;

/** How a request was refused: `limited by global`. */
export function refusedBy(kind: RefusingVerdict, rule: string): Html {
	switch (kind) {
		case 'limited':
			return html`limited by ${foreignWord(rule)}`;
		case 'banned':
			return rule === '' ? html`banned by hand` : html`banned by ${foreignWord(rule)}`;
		case 'denied':
			return html`denied`;
		default:
			return html`refused while the store failed`;
	}
}
