import type {Context} from 'koa';
import {ignoreRejection} from '../maybe-promise.ts';
import type {RequestState} from '../request-state.ts';
import {whenClosed} from './when-closed.ts';

/**
 * Counts a request that is exempt on trust when its connection closes, since it may never settle. If the gate has
 * not decided by then, waits for that: the request may be refused, and only one that is admitted counts.
 *
 * @param pay may be called for a request that is refused, too
 * @returns a function that no longer waits
 */
export function payWhenClosed(
	ctx: Context,
	state: RequestState,
	pay: () => Promise<void> | undefined,
): () => void {
	const payNow = () => ignoreRejection(pay());
	const stopWaiting = whenClosed(ctx, () => {
		if (state.isAdmitted === undefined) {
			state.whenDecided = payNow;
		} else {
			payNow();
		}
	});

	return () => {
		state.whenDecided = undefined;
		stopWaiting();
	};
}
