import {describe} from '../../checks/describe.ts';
import {tooManyRanges} from '../../stores/max-ranges.ts';
import {isAboutClient, noClient} from '../lookup/no-client.ts';
import type {FieldError} from './read-change.ts';

/** Why a change was not made, in words for the page. Status 400 if the operator can mend it, 503 if the store fails. */
export interface Failure {
	readonly status: 400 | 503;
	readonly error: FieldError;
}

/** Explains what a method of the gate rejected with. */
export function explainError(thrown: unknown): Failure {
	const {message, code} = thrown instanceof Error ? (thrown as Error & {code?: unknown}) : {};
	if (message === tooManyRanges().message) {
		return {status: 400, error: {field: 'client', message}};
	}

	const error = thrown instanceof TypeError ? fieldIn(thrown) : undefined;
	if (error !== undefined) {
		return {status: 400, error};
	}

	const outcome =
		code === 'ERR_GATEKEEPER_NOT_SENT' ? 'nothing has changed' : 'the change may have been made';
	return {
		status: 503,
		error: {
			field: 'action',
			message: `The store fails, and ${outcome}. ${describe(thrown).slice(0, 300)}`,
		},
	};
}

/** What to write where an option was refused; undefined for any other TypeError. */
function fieldIn(error: TypeError): FieldError | undefined {
	// What follows is the operator's own text.
	const [allowed = ''] = error.message.split(', got ');
	if (allowed.startsWith('`duration`')) {
		return {
			field: 'duration',
			message: 'Write a duration with its unit, such as 10m, 2h or 7d. Or write endless.',
		};
	}

	return isAboutClient(error) ? {field: 'client', message: clientMessage(allowed)} : undefined;
}

function clientMessage(allowed: string): string {
	if (allowed.includes('`allow`')) {
		return 'The gate always allows this client: it is on the list allow.';
	}

	return allowed.includes('shut everyone out')
		? 'All requests without an address are this client. To ban it would shut everyone out.'
		: noClient;
}
