import {check, namedOptions} from '../../checks/option-checks.ts';
import {isClock, settleCapacity} from '../deciding/capacity.ts';

export interface MemoryStoreOptions {
	/**
	 * Returns the time in milliseconds, from any origin. For tests, which can then advance the time without
	 * sleeping.
	 *
	 * @default performance.now, which never jumps
	 */
	readonly clock?: () => number;
	/**
	 * The most clients that are remembered, at least 6. As many keys that a `specific` counts are remembered
	 * apart from them.
	 *
	 * One third is for clients with 8 or more counted requests under a rule, one third for clients with a
	 * full rule. When either third is full, the client that came first is forgotten and starts with a fresh
	 * quota. Of all other clients, the ones that have been quiet longest are forgotten. Bans are apart.
	 *
	 * @default 131,072
	 */
	readonly maxClients?: number;
	/**
	 * The most bans by reports that are held, at least 2; as many by `ctx.ban()`, and as many by `gate.ban()`. One
	 * more replaces the ban of its kind that began first, and a warning says so.
	 *
	 * @default 100,000
	 */
	readonly maxBans?: number;
}

/** @throws {TypeError} naming the option */
export function settleMemoryOptions(options: unknown): Required<MemoryStoreOptions> {
	const given = namedOptions(options, ['clock', 'maxClients', 'maxBans'], 'MemoryStore()');
	const {clock = () => performance.now()} = given;
	check(isClock, clock, 'clock', 'a function that returns milliseconds');

	return {clock, ...settleCapacity(given)};
}
