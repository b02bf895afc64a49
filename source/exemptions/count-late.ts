import type {Probation} from '../marks/probation.ts';
import type {RequestState} from '../request-state.ts';

/**
 * Counts a request under the global rules after its exemption proved wrong. Suspends the client's
 * exemptions if it is over its quota or banned, or while a failing store closes the gate.
 *
 * @returns whether they are suspended
 */
export async function countLate(state: RequestState, probation: Probation): Promise<boolean> {
	const {settings, client, globalRules, immune, isAdmitted} = state;
	if (!isAdmitted) {
		return false;
	}

	const verdict = await settings.store.admit(client, globalRules, {immune, late: true});
	if (verdict.kind === 'admitted') {
		return false;
	}

	probation.suspend(client, verdict.kind === 'banned' ? verdict.endsInMs : 0);
	return true;
}
