import type {VerdictName} from '../json/dashboard-json.ts';
import {type Html, html} from './html.ts';
import {foreignWord} from './names.ts';

/** The heads of columns with numbers of requests. */
export const verdictLabels: Readonly<Record<VerdictName, string>> = {
	admitted: 'Admitted',
	limited: 'Over a limit',
	banned: 'Banned',
	denied: 'Denied',
	unavailable: 'Store failing',
};

/** Why requests were refused, and by which rule, if one did. */
interface Cause {
	readonly kind: Exclude<VerdictName, 'admitted'>;
	readonly rule: string;
	/** Of a ban. */
	readonly by?: 'reports' | 'hand';
}

/** `Over the limit global` */
export function causeTitle({kind, rule, by}: Cause): Html {
	switch (kind) {
		case 'limited':
			return html`Over the limit ${foreignWord(rule)}`;
		case 'banned':
			return by === 'hand'
				? html`Banned by hand`
				: html`Banned after reports${rule !== '' && html` (${foreignWord(rule)})`}`;
		case 'denied':
			return html`On the deny list`;
		default:
			return html`Store failing`;
	}
}

/** The same in the middle of a sentence: `limited by global`. */
export function causeInSentence({kind, rule, by}: Cause): Html {
	switch (kind) {
		case 'limited':
			return html`limited by ${foreignWord(rule)}`;
		case 'banned':
			return by === 'hand' ? html`banned by hand` : html`banned after reports`;
		case 'denied':
			return html`denied`;
		default:
			return html`refused while the store was failing`;
	}
}
