import type {Context} from 'koa';
import {ignoreRejection} from '../maybe-promise.ts';
import type {RequestState} from '../request-state.ts';
import {whenClosed} from './when-closed.ts';

/**
 * Settles what a request's exemption was worth when its connection closes, since the request itself may never be over. If the gate has not decided by then, waits for
 * that: it may refuse the request.
 *
 * @param settle may be called for a request that is refused, too
 * @returns a function that no longer waits
 */
export function settleWhenClosed(
	ctx: Context,
	state: RequestState,
	settle: () => unknown,
): () => void {
	const settleNow = () => ignoreRejection(settle());
	const stopWaiting = whenClosed(ctx, () => {
		if (state.isAdmitted === undefined) {
			state.whenDecided = settleNow;
		} else {
			settleNow();
		}
	});

	return () => {
		state.whenDecided = undefined;
		stopWaiting();
	};
}
