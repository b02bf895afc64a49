import {describe} from '../../checks/describe.ts';
import {startOf} from './start-of.ts';

/** Characters of an error, which may hold a whole reply of the store. */
const MAX_LENGTH = 300;

/** An error in words that an operator sees. */
export function errorText(error: unknown): string {
	return startOf(describe(error), MAX_LENGTH);
}
