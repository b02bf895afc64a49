import {check, isFunction, namedOptions} from '../../checks/option-checks.ts';

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

/** A sixth of these are one generation: a Map of that size grows without a pause that anybody notices. */
const DEFAULT_CLIENTS = 131_072;
const DEFAULT_BANS = 100_000;

/** Half of what a Map can hold. Fuller, a Map with deleted entries fails to grow instead of tidying up. */
const MAX_HELD = 2 ** 23;

/** @throws {TypeError} naming the option */
export function settleMemoryOptions(options: unknown): Required<MemoryStoreOptions> {
	const {
		clock = () => performance.now(),
		maxClients = DEFAULT_CLIENTS,
		maxBans = DEFAULT_BANS,
	} = namedOptions(options, ['clock', 'maxClients', 'maxBans'], 'MemoryStore()');
	check(isClock, clock, 'clock', 'a function that returns milliseconds');
	check(isWholeFrom(6), maxClients, 'maxClients', 'a whole number from 6 to 8,388,608');
	check(isWholeFrom(2), maxBans, 'maxBans', 'a whole number from 2 to 8,388,608');

	return {clock, maxClients, maxBans};
}

function isClock(given: unknown): given is () => number {
	return isFunction<() => unknown>(given) && Number.isFinite(given());
}

function isWholeFrom(min: number): (given: unknown) => given is number {
	return (given): given is number =>
		Number.isInteger(given) && Number(given) >= min && Number(given) <= MAX_HELD;
}
