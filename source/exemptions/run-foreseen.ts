import type {Context, Next} from 'koa';
import type {Exemption} from '../context.ts';
import type {Foresight} from '../marks/foresight.ts';
import type {RequestState} from '../request-state.ts';
import {countLate} from './count-late.ts';
import {whenClosed} from './when-closed.ts';

/**
 * Runs the rest for a request that is exempt as foreseen. If its mark did not run, counts it late: when it is
 * over, or when its connection has closed.
 *
 * @param remainingExemption why the request is exempt all the same, if it is
 */
export async function runForeseen(
	ctx: Context,
	state: RequestState,
	foresight: Foresight,
	remainingExemption: () => Exemption | undefined,
	next: Next,
): Promise<void> {
	const endTrust = () =>
		foresight.outcome === 'unproven' ? disprove(state, foresight, remainingExemption) : undefined;
	let stopWaiting: (() => void) | undefined;
	state.exemption = foresight.mark.kind;

	try {
		const rest = next();
		if (foresight.outcome === 'unproven') {
			stopWaiting = whenClosed(ctx, endTrust);
		}

		await rest;
	} finally {
		stopWaiting?.();
		await endTrust();
	}
}

async function disprove(
	state: RequestState,
	foresight: Foresight,
	remainingExemption: () => Exemption | undefined,
): Promise<void> {
	const {probation, path} = foresight;
	foresight.outcome = 'disproved';
	state.exemption = remainingExemption();
	try {
		if (await countLate(state, probation)) {
			state.settings.warn('GATEKEEPER_MARK_UNPROVEN', path);
		}
	} finally {
		probation.end(state.client);
	}
}
