import type {Explanation} from '../../context.ts';
import {type Html, html} from './html.ts';
import {foreign} from './names.ts';

/** Why nothing further was believed. */
const endWords: Readonly<Record<Explanation['end'], string>> = {
	'no-ip-header': 'No option names a header, so the address that connects is the client.',
	'untrusted-peer':
		'The address that connects is not a trusted proxy, so it is the client, whatever its header says.',
	'header-missing': 'A trusted proxy connects, but its header names no client.',
	client: 'A trusted proxy connects, and its header names this client.',
	'all-proxies':
		'Every address in the header is a trusted proxy. The left-most counts as the client.',
	unreadable:
		'The header contains something that is not an address. The last good address counts as the client.',
	'too-many-hops': 'The nearest 100 addresses in the header are trusted proxies, and more follow.',
};

/** Peers that are no addresses. */
const peerWords: ReadonlyMap<string, string> = new Map([
	['unix', 'a Unix socket'],
	['no-address', 'unknown: the server gives no address'],
]);

const exemptionWords: Readonly<Record<NonNullable<Explanation['exemption']>, string>> = {
	bypass: 'its route has bypass(), so no rule applies',
	standalone: 'its route has a standalone rule',
	method: 'excludedMethods lists its method',
	allowed: 'allow covers the client, so no rule applies',
};

/** How a client was identified, in a sentence. */
export function explanationSentence({client, end}: Explanation): string {
	return /^(?:key|hash):/.test(client)
		? `The option key identifies it. ${endWords[end]}`
		: endWords[end];
}

/** The same in detail. */
export function explanationFields(explanation: Explanation): Html {
	const {peer, header, value, passed, address, exemption} = explanation;

	return html`<dl class="facts">
		${fact('Connects from', peerWords.get(peer) ?? foreign(peer))}
		${header !== undefined && fact('Header', foreign(header))}
		${header !== undefined && fact('Its value', value === undefined ? html`<span class="quiet">missing or empty</span>` : foreign(value))}
		${
			passed.length > 0 &&
			fact(
				'Trusted proxies',
				passed.map((hop, index) => html`${index > 0 && ', '}${foreign(hop)}`),
			)
		}
		${address !== undefined && fact('Whole address', foreign(address))}
		${exemption !== undefined && fact('Exempt', exemptionWords[exemption])}
	</dl>`;
}

export function fact(term: string, description: Html | string | readonly Html[]): Html {
	return html`<div><dt>${term}</dt><dd>${description}</dd></div>`;
}
