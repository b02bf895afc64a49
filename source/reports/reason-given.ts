import {typeName} from '../checks/describe.ts';
import {isText} from '../checks/option-checks.ts';
import {checkReason} from '../stores/reason.ts';

/**
 * A reason may come from the request and be a list. What it is for still takes effect, without it.
 *
 * @param warn of what is wrong with it
 */
export function reasonGiven(reason: unknown, warn: (problem: string) => void): {reason?: string} {
	if (reason === undefined || isText(reason)) {
		return checkReason(reason);
	}

	warn(`without its reason, which must be a string, got ${typeName(reason)}`);
	return {};
}
