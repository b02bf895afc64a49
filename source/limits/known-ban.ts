import type {RequestState} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';

/** The client's ban, if this process knows of it: then no function of the user that finds rules or costs is called. */
export function knownBan({client, immune, settings}: RequestState): GuardedVerdict | undefined {
	return immune ? undefined : settings.store.knownBan(client);
}
