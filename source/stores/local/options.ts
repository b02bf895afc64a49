import {resolve} from 'node:path';
import {isMainThread} from 'node:worker_threads';
import {check, isFunction, isText, namedOptions, optional} from '../../checks/option-checks.ts';

export interface LocalStoreOptions {
	/**
	 * The file. Every process that is given the same one shares all counts and bans. It is made if there is none, in a
	 * directory that must be there, on a disk of this machine: not on NFS or SMB. A second file beside it, with `-lock` at
	 * its end, is made too.
	 */
	readonly path: string;
	/**
	 * The most clients that are remembered, at least 6. As many keys that a `specific` counts are remembered apart from
	 * them. A third of them is for clients with 8 or more counted requests under a rule, a third for clients with a full
	 * rule. On a full level, some of those that have been quiet longest are forgotten, and start with a fresh quota. Bans
	 * are apart.
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
	/**
	 * Returns the time in milliseconds, the same one in every process. For tests, which can then advance the time
	 * without sleeping.
	 *
	 * @default the machine's uptime, from the wall clock of its first use on
	 */
	readonly clock?: () => number;
}

interface LocalSettings {
	readonly path: string;
	readonly maxClients: number;
	readonly maxBans: number;
	readonly clock: (() => number) | undefined;
}

const DEFAULT_CLIENTS = 131_072;
const DEFAULT_BANS = 100_000;
const MAX_HELD = 2 ** 23;

/**
 * @throws {TypeError} naming the option
 * @throws {Error} in a thread: where it is terminated in the middle of a transaction, LMDB keeps the lock of the file, and
 * all processes wait for ever
 */
export function settleLocalOptions(options: unknown): LocalSettings {
	if (!isMainThread) {
		throw new Error(
			'LocalStore works in the main thread of a process only: use processes, such as those of a cluster',
		);
	}

	const {
		path,
		maxClients = DEFAULT_CLIENTS,
		maxBans = DEFAULT_BANS,
		clock,
	} = namedOptions(options, ['path', 'maxClients', 'maxBans', 'clock'], 'LocalStore()', {
		example: "{path: '/var/lib/app/gatekeeper.mdb'}",
	});
	check(isPath, path, 'path', 'the path of a file, as text');
	check(isWholeFrom(6), maxClients, 'maxClients', 'a whole number from 6 to 8,388,608');
	check(isWholeFrom(2), maxBans, 'maxBans', 'a whole number from 2 to 8,388,608');
	check(optional(isClock), clock, 'clock', 'a function that returns milliseconds');

	return {path: resolve(path), maxClients, maxBans, clock};
}

function isPath(given: unknown): given is string {
	return isText(given) && given !== '' && !given.includes('\0');
}

function isClock(given: unknown): given is () => number {
	return isFunction<() => unknown>(given) && Number.isFinite(given());
}

function isWholeFrom(min: number): (given: unknown) => given is number {
	return (given): given is number =>
		Number.isInteger(given) && Number(given) >= min && Number(given) <= MAX_HELD;
}
