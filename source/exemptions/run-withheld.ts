import type {Context, Next} from 'koa';
import {distrust} from '../marks/distrust.ts';
import type {Foresight} from '../marks/foresight.ts';
import type {RequestState} from '../request-state.ts';
import {payWhenClosed} from './pay-when-closed.ts';

/**
 * Runs the rest for a request whose exemption is withheld: it is counted as any other. If the exemption would have been
 * wrong, a ban that the request leads to suspends the client.
 */
export async function runWithheld(
	ctx: Context,
	state: RequestState,
	foresight: Foresight,
	next: Next,
): Promise<void> {
	const judge = () => {
		if (state.isAdmitted && foresight.outcome === 'withheld') {
			distrust(state);
		}

		return undefined;
	};
	state.suspendedUntil = foresight.probation.suspendedUntil(state.client);
	const stopWaiting = payWhenClosed(ctx, state, judge);
	try {
		await next();
	} finally {
		stopWaiting();
		judge();
	}
}
