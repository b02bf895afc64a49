import {resolve} from 'node:path';
import {isMainThread} from 'node:worker_threads';
import {check, isText, namedOptions, optional} from '../../checks/option-checks.ts';
import {isClock, settleCapacity} from '../deciding/capacity.ts';

export interface LocalStoreOptions {
	/**
	 * The file. Every process that is given the same one, also by a symbolic link, shares all counts and bans. It is made if there is none, in a
	 * directory that must be there, on a disk of this machine: not on NFS or SMB. A second file beside it, with `-lock` at
	 * its end, is made too.
	 */
	readonly path: string;
	/**
	 * The most clients that are remembered, at least 6. As many keys that a `specific` counts are remembered apart from
	 * them. A third of them is for clients with 8 or more counted requests under a rule, a third for clients with a full
	 * rule. When a third is full, some of those that have been quiet longest are forgotten, and start with a fresh quota.
	 * Bans are apart.
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
	 * @default the file's own time: the wall clock when the file was made, then the machine's uptime
	 */
	readonly clock?: () => number;
}

interface LocalSettings {
	readonly path: string;
	readonly maxClients: number;
	readonly maxBans: number;
	readonly clock: (() => number) | undefined;
}

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

	const given = namedOptions(options, ['path', 'maxClients', 'maxBans', 'clock'], 'LocalStore()', {
		example: "{path: '/var/lib/app/gatekeeper.mdb'}",
	});
	const {path, clock} = given;
	check(isPath, path, 'path', 'the path of a file, as text');
	check(optional(isClock), clock, 'clock', 'a function that returns milliseconds');

	return {path: resolve(path), clock, ...settleCapacity(given)};
}

/** Whether it can be the path of a file. */
export function isPath(given: unknown): given is string {
	return isText(given) && given !== '' && !given.includes('\0');
}
