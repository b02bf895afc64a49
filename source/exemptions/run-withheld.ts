import type {Context, Next} from 'koa';
import {distrust} from '../marks/distrust.ts';
import type {Probation} from '../marks/probation.ts';
import type {RequestState} from '../request-state.ts';
import {payWhenClosed} from './pay-when-closed.ts';

/**
 * Runs the rest for a request whose exemption is withheld: it is counted as any other. If the exemption would have been
 * wrong, a ban that the request leads to suspends the client.
 *
 * @param wasWrong is asked when the request is over, or its connection has closed
 */
export async function runWithheld(
	ctx: Context,
	state: RequestState,
	probation: Probation,
	wasWrong: () => boolean,
	next: Next,
): Promise<void> {
	const judge = () => {
		if (state.isAdmitted && wasWrong()) {
			distrust(state);
		}

		return undefined;
	};
	state.suspendedUntil = probation.suspendedUntil(state.client);
	const stopWaiting = payWhenClosed(ctx, state, judge);
	try {
		await next();
	} finally {
		stopWaiting();
		judge();
	}
}
