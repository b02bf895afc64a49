import {isOptionError} from '../../checks/option-checks.ts';
import {isTooManyRanges} from '../../stores/max-ranges.ts';
import {noClient} from '../lookup/no-client.ts';
import {errorText} from '../text/error-text.ts';
import type {FieldError} from './read-change.ts';

export const durationNeeded =
	'Write a duration with its unit, such as 10m, 2h or 7d. Or write endless.';

/** Why a change was not made, in words for the page. Status 400 if the operator can mend it, 503 if the store fails. */
export interface Failure {
	readonly status: 400 | 503;
	readonly error: FieldError;
}

/**
 * Explains what a method of the gate rejected with.
 *
 * @param isNobody whether the text in the form names nobody
 */
export function explainError(thrown: unknown, isNobody: boolean): Failure {
	try {
		return mistake(thrown, isNobody) ?? storeFailure(thrown, hasChangedNothing(thrown));
	} catch {
		// What a custom store has thrown may throw again when it is read.
		return storeFailure(thrown, false);
	}
}

/** What the operator can mend. */
function mistake(thrown: unknown, isNobody: boolean): Failure | undefined {
	if (isTooManyRanges(thrown)) {
		return {status: 400, error: {field: 'client', message: thrown.message}};
	}

	if (!isOptionError(thrown)) {
		return undefined;
	}

	const {option, allowed} = thrown;
	switch (option) {
		case 'client':
			return {
				status: 400,
				error: {field: 'client', message: isNobody ? noClient : `Write ${allowed}.`},
			};
		case 'duration':
			return {
				status: 400,
				error: {
					field: 'duration',
					message: durationNeeded,
				},
			};
		default:
			return {status: 400, error: {field: 'action', message: thrown.message}};
	}
}

function hasChangedNothing(thrown: unknown): boolean {
	return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_GATEKEEPER_NOT_SENT';
}

function storeFailure(thrown: unknown, changedNothing: boolean): Failure {
	const outcome = changedNothing ? 'nothing has changed' : 'the change may have been made';

	return {
		status: 503,
		error: {
			field: 'action',
			message: `The store is failing, and ${outcome}. ${errorText(thrown)}`,
		},
	};
}
