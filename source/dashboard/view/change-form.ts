import {exact, type Html, html} from './html.ts';
import {foreignWord} from './names.ts';

/**
 * A button that ends a ban.
 *
 * @param isShown whether the button shows whose ban it is; a screen reader hears it in any case
 */
export function unbanButton(client: string, isShown = false): Html {
	const name = html` ${foreignWord(client)}`;

	return changeForm(
		'unban',
		client,
		html`Unban${isShown ? name : html`<span class="unseen">${name}</span>`}`,
	);
}

export function resetButton(client: string): Html {
	return changeForm(
		'reset',
		client,
		html`Reset the counts<span class="unseen"> of ${foreignWord(client)}</span>`,
	);
}

function changeForm(action: 'unban' | 'reset', client: string, label: Html): Html {
	return html`<form method="post" action="?" class="inline"${precisely(client)}><input type="hidden" name="action" value="${action}"><input type="hidden" name="client" value="${exact(client)}"><button type="submit">${label}</button></form>`;
}

/** What a field of HTML cannot hold, for the script to send. */
function precisely(client: string): Html | undefined {
	return fitsField(client) ? undefined : html` data-client="${exact(JSON.stringify(client))}"`;
}

/** Whether a field of HTML can hold a text. */
export function fitsField(text: string): boolean {
	return !/[\0\r\n]/.test(text);
}
