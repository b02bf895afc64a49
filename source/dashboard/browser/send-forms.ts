import type {ChangeResult} from '../json/dashboard-json.ts';
import {nothingChanged} from '../view/ban-form.ts';
import {inert} from '../view/inert.ts';
import {type Answer, askForChange} from './ask.ts';

/**
 * Sends the forms that change something, and shows what came of it beside them.
 *
 * @param onChange when something has changed
 */
export function sendForms(onChange: () => Promise<void>): void {
	document.addEventListener('submit', event => {
		const form = event.target;
		if (form instanceof HTMLFormElement && form.method === 'post') {
			event.preventDefault();
			void send(form, onChange);
		}
	});
	// The second click of a double click would meet the next row.
	document.addEventListener('click', event => {
		if (
			event.detail > 1 &&
			event.target instanceof Element &&
			event.target.closest('form.inline')
		) {
			event.preventDefault();
		}
	});
}

async function send(form: HTMLFormElement, onChange: () => Promise<void>): Promise<void> {
	if (form.dataset.busy !== undefined) {
		return;
	}

	const place = resultOf(form);
	const fields = fieldsOf(form);
	form.dataset.busy = '';
	form.querySelector('button')?.setAttribute('aria-disabled', 'true');
	showResult(place, '', false);
	const answer = await askForChange(fields);
	delete form.dataset.busy;
	form.querySelector('button')?.removeAttribute('aria-disabled');
	const isBesideField = showErrors(form, answer);
	const {text, isProblem} = wordsFor(answer);
	showResult(place, isBesideField ? nothingChanged : text, isProblem);
	// What was typed in the meantime stays.
	if (!isProblem && form.id === 'ban-form' && isSame(fieldsOf(form), fields)) {
		form.reset();
	}

	await onChange();
}

/** All fields have texts. */
function fieldsOf(form: HTMLFormElement): Record<string, string> {
	const fields: Record<string, string> = {};
	for (const [name, value] of new FormData(form)) {
		fields[name] = String(value);
	}

	const {client} = form.dataset;
	return client === undefined ? fields : {...fields, client: String(JSON.parse(client))};
}

function isSame(
	one: Readonly<Record<string, string>>,
	other: Readonly<Record<string, string>>,
): boolean {
	return Object.keys(one).every(name => one[name] === other[name]);
}

function resultOf(form: HTMLFormElement): HTMLElement | null | undefined {
	return (
		form.querySelector<HTMLElement>('.result') ??
		form.closest('section')?.querySelector<HTMLElement>('.result')
	);
}

function showResult(place: HTMLElement | null | undefined, text: string, isProblem: boolean): void {
	if (place) {
		place.textContent = inert(text);
		place.classList.toggle('problem', isProblem);
	}
}

function wordsFor(answer: Answer<ChangeResult>): {text: string; isProblem: boolean} {
	if (answer.kind !== 'ok') {
		return {
			text:
				answer.kind === 'refused'
					? 'Nothing has changed: you may not do this, or no longer. Reload the page.'
					: 'The app has not answered. It may have made the change.',
			isProblem: true,
		};
	}

	const {error, message = 'Done.'} = answer.value;
	return {text: error?.message ?? message, isProblem: error !== undefined};
}

/** Shows the error of a field beside it, and brings the visitor there. Returns whether there is such a field. */
function showErrors(form: HTMLFormElement, answer: Answer<ChangeResult>): boolean {
	const error = answer.kind === 'ok' ? answer.value.error : undefined;
	let isShown = false;
	for (const input of form.querySelectorAll<HTMLInputElement>('input[id]')) {
		const isWrong = input.name === error?.field;
		const place = document.getElementById(`${input.id}-error`);
		if (place !== null) {
			place.textContent = isWrong ? inert(error.message) : '';
		}

		input.toggleAttribute('aria-invalid', false);
		if (isWrong) {
			input.setAttribute('aria-invalid', 'true');
			input.focus();
			isShown = true;
		}
	}

	return isShown;
}
