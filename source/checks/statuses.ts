import {listOf} from './option-checks.ts';

/** Whether a value is a list of HTTP statuses. */
export const isStatuses: (given: unknown) => given is readonly number[] = listOf(isStatus);

function isStatus(given: unknown): given is number {
	return Number.isInteger(given) && Number(given) >= 100 && Number(given) <= 599;
}
