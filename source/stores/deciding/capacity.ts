import {check, isFunction} from '../../checks/option-checks.ts';

/** How much a store holds that decides itself. */
interface Capacity {
	readonly maxClients: number;
	readonly maxBans: number;
}

/** A sixth of these are one generation in memory: a Map of that size grows without a pause that anybody notices. */
const DEFAULT_CLIENTS = 131_072;
const DEFAULT_BANS = 100_000;

/** Half of what a Map can hold. Fuller, a Map with deleted entries fails to grow instead of tidying up. */
const MAX_HELD = 2 ** 23;

/** @throws {TypeError} naming the option */
export function settleCapacity(given: {
	readonly maxClients?: unknown;
	readonly maxBans?: unknown;
}): Capacity {
	const {maxClients = DEFAULT_CLIENTS, maxBans = DEFAULT_BANS} = given;
	check(isWholeFrom(6), maxClients, 'maxClients', 'a whole number from 6 to 8,388,608');
	check(isWholeFrom(2), maxBans, 'maxBans', 'a whole number from 2 to 8,388,608');

	return {maxClients, maxBans};
}

/** Whether it is a clock that tells a time. */
export function isClock(given: unknown): given is () => number {
	return isFunction<() => unknown>(given) && Number.isFinite(given());
}

function isWholeFrom(min: number): (given: unknown) => given is number {
	return (given): given is number =>
		Number.isInteger(given) && Number(given) >= min && Number(given) <= MAX_HELD;
}
