import type {ChangeResult} from '../json/dashboard-json.ts';
import {exact, type Html, html} from './html.ts';

/** The result of a change that was made without a script, and what was typed. */
export type ShownResult = ChangeResult & {readonly given?: Readonly<Record<string, string>>};

/** Beside the button, where the error stands beside its field. */
export const nothingChanged = 'Nothing has changed.';

/** The form that bans a client. The script leaves it alone, apart from its results. */
export function banForm(result: ShownResult | undefined): Html {
	const own = result?.action === 'ban' ? result : undefined;
	const given = own?.given ?? {};
	const {kind = 'address'} = given;
	const error = (field: string) => (own?.error?.field === field ? own.error.message : undefined);

	return html`<section class="card" id="ban" aria-labelledby="ban-title" data-keep>
		<h2 id="ban-title">Ban a client</h2>
		<form method="post" action="?" class="fields" id="ban-form" novalidate>
			<input type="hidden" name="action" value="ban">
			${field({name: 'client', label: 'Client', value: given.client ?? own?.client, error: error('client'), hint: '203.0.113.7, 203.0.113.0/24, 2001:db8::1, or a name from the list'})}
			<div class="field">
				<label for="ban-kind">Type</label>
				<select id="ban-kind" name="kind">
					${choice('address', 'Address, range, or name from the list', kind)}
					${choice('key', 'User key', kind)}
				</select>
			</div>
			${field({name: 'duration', label: 'Duration', value: given.duration, error: error('duration'), hint: '10m, 2h, 1d or endless. Empty: the ban rule’s duration, or without end if there is none'})}
			${field({name: 'reason', label: 'Reason', value: given.reason, error: error('reason'), hint: 'For you and your colleagues. The client may see it, too'})}
			<div class="submit">
				<button type="submit" class="primary">Ban</button>
				<p class="result" role="status">${own?.error !== undefined && html`<span class="problem">${error('action') ?? nothingChanged}</span>`}</p>
			</div>
		</form>
	</section>`;
}

interface Field {
	readonly name: 'client' | 'duration' | 'reason';
	readonly label: string;
	readonly hint: string;
	readonly value: string | undefined;
	readonly error: string | undefined;
}

function field({name, label, hint, value = '', error}: Field): Html {
	const id = `ban-${name}`;
	const isInvalid = error !== undefined;

	return html`<div class="field">
		<label for="${id}">${label}</label>
		<input id="${id}" name="${name}" value="${exact(value)}" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="${id}-error ${id}-hint"${isInvalid && html` aria-invalid="true" autofocus`}>
		<p class="field-error" id="${id}-error">${error}</p>
		<p class="hint" id="${id}-hint">${hint}</p>
	</div>`;
}

function choice(value: string, label: string, chosen: string): Html {
	return html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`;
}
