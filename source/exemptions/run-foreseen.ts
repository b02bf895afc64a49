import type {Next} from 'koa';
import type {Exemption} from '../context.ts';
import type {Foresight} from '../marks/foresight.ts';
import type {RequestState} from '../request-state.ts';
import {countLate} from './count-late.ts';

/**
 * Runs the rest for a request that is exempt as foreseen. If its mark did not run, counts it late.
 *
 * @param remainingExemption why the request is exempt all the same, if it is
 */
export async function runForeseen(
	state: RequestState,
	foresight: Foresight,
	remainingExemption: () => Exemption | undefined,
	next: Next,
): Promise<void> {
	const {probation, mark, path} = foresight;
	state.exemption = mark.kind;

	try {
		await next();
	} finally {
		if (foresight.outcome === 'unproven') {
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
	}
}
