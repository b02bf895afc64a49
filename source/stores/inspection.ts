import type {StoredBan} from './ban-records.ts';
import type {Quota} from './verdict.ts';

/** How a client stands. */
export interface Inspection {
	/** Its ban in force; or that of a range that it is in, and then `client` is the range. */
	readonly ban?: StoredBan;
	/** Its reports within the ban rule's window; 0 without a ban rule. */
	readonly reports: number;
	/** How many of its bans by reports are remembered (see `forgetAfter`); 0 if none are. */
	readonly strike: number;
	/** Its quota under every rule, in the order of the rules. Of a full rule, `freesInMs` is for a request of cost 1. */
	readonly quotas: readonly Quota[];
}
