import type {Context} from 'koa';
import {ignoreRejection} from '../maybe-promise.ts';
import type {RequestState} from '../request-state.ts';
import {whenClosed} from '../response/when-closed.ts';

/**
 * Calls `settle` when the response or its connection closes: the middlewares may never return. If the gate has not decided
 * by then, waits until it has, since it may refuse the request.
 *
 * @param settle may be called for a request that is refused, too
 * @returns a function that no longer waits
 */
export function settleWhenClosed(
	ctx: Context,
	state: RequestState,
	settle: () => unknown,
): () => void {
	let isWaiting = true;
	const settleNow = () => {
		if (isWaiting) {
			ignoreRejection(settle());
		}
	};
	const stopWaiting = whenClosed(ctx, () => {
		if (state.isAdmitted !== undefined) {
			settleNow();
			return;
		}

		// A request that is exempt by its method may wait twice.
		const before = state.whenDecided;
		state.whenDecided = () => {
			before?.();
			settleNow();
		};
	});

	return () => {
		isWaiting = false;
		stopWaiting();
	};
}
