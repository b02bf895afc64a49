import type {Context} from 'koa';
import type {Gatekeeper} from '../gatekeeper.ts';
import {isGateOf} from '../marks/gate-tag.ts';
import {innermostState, type RequestState} from '../request-state.ts';

/** What a gate knows of a request that has reached the dashboard, if the request has passed that gate. */
export function stateAt(gate: Gatekeeper, ctx: Context): RequestState | undefined {
	let state = innermostState(ctx);
	while (state !== undefined && !isGateOf(state.settings)(gate)) {
		state = state.outer;
	}

	return state;
}
