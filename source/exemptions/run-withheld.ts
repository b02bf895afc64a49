import type {Context, Next} from 'koa';
import {distrust} from '../marks/distrust.ts';
import type {Foresight} from '../marks/foresight.ts';
import type {RequestState} from '../request-state.ts';
import {settleWhenClosed} from './settle-when-closed.ts';

/**
 * Runs the rest for a request whose mark is foreseen, but which is not exempt on trust. If the mark has not run when the
 * request is over, or when its connection has closed, trust would have been wrong: a ban to which this request leads then
 * suspends the client's exemptions.
 */
export async function runWithheld(
	ctx: Context,
	state: RequestState,
	foresight: Foresight,
	next: Next,
): Promise<void> {
	const settle = () => {
		if (state.isAdmitted && foresight.outcome === 'withheld') {
			distrust(state);
		}
	};
	const stopWaiting = settleWhenClosed(ctx, state, settle);
	try {
		await next();
	} finally {
		stopWaiting();
		settle();
	}
}
