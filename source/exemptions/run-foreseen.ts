import type {Context, Next} from 'koa';
import type {Exemption} from '../context.ts';
import type {Foresight} from '../marks/foresight.ts';
import type {RequestState} from '../request-state.ts';
import {type Failure, statusToSend} from '../response/status-to-send.ts';
import {countLate} from './count-late.ts';
import {settleWhenClosed} from './settle-when-closed.ts';

/**
 * Runs the rest for a request that is exempt as foreseen. If its mark did not run, counts it late: when it is
 * over, or when its connection has closed.
 *
 * @param remainingExemption why the request is exempt all the same, if it is; by then its method may have been
 *   rewritten
 */
export async function runForeseen(
	ctx: Context,
	state: RequestState,
	foresight: Foresight,
	remainingExemption: (isOver: boolean) => Exemption | undefined,
	next: Next,
): Promise<void> {
	const endTrust = (isOver: boolean, status?: number) =>
		foresight.outcome === 'unproven'
			? disprove(ctx, state, foresight, remainingExemption(isOver), status)
			: undefined;
	let failure: Failure | undefined;
	let stopWaiting: (() => void) | undefined;
	state.exemption = foresight.mark.kind;

	try {
		const rest = next();
		if (foresight.outcome === 'unproven') {
			stopWaiting = settleWhenClosed(ctx, state, () => endTrust(false));
		}

		await rest;
	} catch (error) {
		failure = {error};
		throw error;
	} finally {
		stopWaiting?.();
		await endTrust(true, statusToSend(ctx, failure));
	}
}

async function disprove(
	ctx: Context,
	state: RequestState,
	foresight: Foresight,
	remainingExemption: Exemption | undefined,
	status: number | undefined,
): Promise<void> {
	foresight.outcome = 'disproved';
	state.exemption = remainingExemption;
	try {
		if (await countLate(ctx, state, status)) {
			state.settings.warn('GATEKEEPER_MARK_UNPROVEN', foresight.path);
		}
	} finally {
		foresight.probation.end(state.client);
	}
}
