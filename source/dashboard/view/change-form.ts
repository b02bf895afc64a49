import {exact, type Html, html} from './html.ts';
import {foreignWord} from './names.ts';

/** A button that changes something about a client. */
export function changeButton(action: 'unban' | 'reset', client: string, label: string): Html {
	return html`<form method="post" action="?" class="inline"${precisely(client)}><input type="hidden" name="action" value="${action}"><input type="hidden" name="client" value="${exact(client)}"><button type="submit">${label}<span class="unseen"> of ${foreignWord(client)}</span></button></form>`;
}

/** What a field of HTML cannot hold, for the script to send. */
function precisely(client: string): Html | undefined {
	return /[\0\r\n]/.test(client) ? html` data-client="${JSON.stringify(client)}"` : undefined;
}
