import type {LimitSource} from '../options/limits.ts';
import type {RequestState} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';

/** What a `specific` with these limits has decided about a client or key, at this gate or at an outer one on the same store. */
export function decidedBefore(
	state: RequestState,
	limits: LimitSource,
	client: string,
): GuardedVerdict | undefined {
	const {source} = state.settings.store;
	for (let gate: RequestState | undefined = state; gate; gate = gate.outer) {
		const decided = gate.decided.find(one => one.limits === limits && one.client === client);
		if (decided && gate.settings.store.source === source) {
			return decided.verdict;
		}
	}

	return undefined;
}
