import type {Probation} from '../marks/probation.ts';
import type {Passage} from '../request-state.ts';

/**
 * Counts a request under the global rules after its exemption proved wrong. Suspends the exemptions of a
 * client that is over its quota or banned, and while a failing store closes the gate.
 *
 * @returns whether they are suspended
 */
export async function countLate(passage: Passage, probation: Probation): Promise<boolean> {
	const {settings, client, globalRules, namesNobody, isLetIn} = passage;
	if (!isLetIn) {
		return false;
	}

	const late = await settings.guarded.admit(client, globalRules, {immune: namesNobody, late: true});
	if (late.kind === 'admitted') {
		return false;
	}

	probation.suspend(client, late.kind === 'banned' ? late.endsInMs : 0);
	return true;
}
