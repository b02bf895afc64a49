import type {Passage} from '../passage.ts';
import type {Probation} from './probation.ts';

/**
 * Counts a request that was exempt on trust, once the trust turns out to be wrong, as the global rules
 * would have counted it. If it does not fit, or the client is banned, its exemptions are suspended.
 *
 * @param onSuspended tells the operator why
 */
export async function countLate(
	passage: Passage,
	probation: Probation,
	onSuspended: () => void,
): Promise<void> {
	const {settings, client, globalRules, namesNobody, isLetIn} = passage;
	if (!isLetIn) {
		return;
	}

	const late = await settings.guarded.admit(client, globalRules, {immune: namesNobody, late: true});
	if (late.kind !== 'admitted') {
		probation.suspend(client, late.kind === 'banned' ? late.endsInMs : 0);
		onSuspended();
	}
}
