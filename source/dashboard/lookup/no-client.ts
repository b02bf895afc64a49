import {isOptionError, type OptionError} from '../../checks/option-checks.ts';

/** What to tell an operator whose text names no client. */
export const noClient =
	'This is not a client: write an address, a range such as 203.0.113.0/24, or a name from the list such as key:alice.';

/** Whether a method of the gate has rejected since it does not take the client that it was given. */
export function isAboutClient(error: unknown): error is OptionError {
	try {
		return isOptionError(error) && error.option === 'client';
	} catch {
		// What a custom store has thrown may throw again when it is read.
		return false;
	}
}
