import type {Context} from 'koa';
import {ignoreRejection} from '../maybe-promise.ts';
import type {RequestState} from '../request-state.ts';
import {whenClosed} from './when-closed.ts';

/**
 * Judges a request when its connection closes, since it may never settle. If the gate has not decided by then, waits for
 * that: it may refuse the request.
 *
 * @param judge may be called for a request that is refused, too
 * @returns a function that no longer waits
 */
export function judgeWhenClosed(
	ctx: Context,
	state: RequestState,
	judge: () => unknown,
): () => void {
	const judgeNow = () => ignoreRejection(judge());
	const stopWaiting = whenClosed(ctx, () => {
		if (state.isAdmitted === undefined) {
			state.whenDecided = judgeNow;
		} else {
			judgeNow();
		}
	});

	return () => {
		state.whenDecided = undefined;
		stopWaiting();
	};
}
