import {type Duration, milliseconds, wholeSeconds} from '../checks/duration.ts';
import {namedOptions} from '../checks/option-checks.ts';
import type {ClientName} from '../client/client-name.ts';
import type {ReportOptions, Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import {checkReport, countReport} from '../reports/count-report.ts';
import {checkReason} from '../stores/reason.ts';
import {yieldToIo} from '../yield-to-io.ts';
import {keyToBan, keyToReset, keyToUnban} from './client-keys.ts';

/** A ban in force. */
export interface Ban {
	/** The client's canonical key, which every method of the gate takes. */
	readonly client: string;
	/** Whether reports led to the ban, or `ban()`. */
	readonly by: 'reports' | 'hand';
	/** The reason that the report or `ban()` gave. */
	readonly reason?: string;
	/** Seconds until the ban ends, rounded up; Infinity for an endless ban. */
	readonly retryAfter: number;
}

/** Options of `ban()`. */
export interface BanOptions {
	/**
	 * Seconds, or text such as `'10m'`; Infinity for an endless ban.
	 *
	 * @default the ban rule's duration; without a ban rule, Infinity
	 */
	readonly duration?: Duration;
	/** `bans()` and `onRefused` show its first 200 characters. */
	readonly reason?: string;
}

/**
 * What you can do from code. A client is an address, a key as `bans()` shows it, or `{key: 'alice'}`.
 *
 * Every method rejects with a TypeError for anything else and for bad options, and with an error of the store if
 * the store fails. On a `RedisStore`, the code `ERR_GATEKEEPER_NOT_SENT` says that nothing has changed, and nothing
 * will, and `ERR_GATEKEEPER_UNANSWERED` that it may have. `ban` and `report` reject with a TypeError for a client
 * that the list `allow` covers, and for `'unix'` and `'no-address'`.
 */
export interface Operator {
	/** Bans a client. Replaces any ban that it has, and deletes its reports. */
	ban(client: ClientName, options?: BanOptions): Promise<void>;
	/** Ends a client's ban, if it has one, and deletes its reports. */
	unban(client: ClientName): Promise<void>;
	/**
	 * Deletes a client's counted requests and reports; a ban stays. `{specificKey: 'alice'}` resets what a
	 * `specific` counts as `'alice'` by its `key`.
	 */
	reset(client: ClientName | {readonly specificKey: string}): Promise<void>;
	/** Counts a report of a client, as `ctx.report()` does. Without a ban rule it counts nothing. */
	report(client: ClientName, options?: Omit<ReportOptions, 'client'>): Promise<Standing>;
	/**
	 * The bans in force, in no particular order. One that begins or ends during the iteration may be missing. The
	 * iteration rejects if the store fails.
	 *
	 * @example
	 * for await (const {client, retryAfter} of gate.bans()) {
	 * 	console.log(`${client}: ${retryAfter} s left`);
	 * }
	 */
	bans(): AsyncIterableIterator<Ban>;
	/**
	 * Releases what the gate and its store hold, but never a Redis client of yours. A MemoryStore is emptied,
	 * for every gate that shares it. You may call it twice.
	 */
	close(): Promise<void>;
}

export function operator(settings: Settings): Operator {
	const {store, banRule} = settings;
	const {commands} = store;

	return {
		async ban(client, options = {}) {
			const {duration, reason} = namedOptions(options, ['duration', 'reason'], 'ban()', {
				example: "{duration: '10m'}",
			});
			const ban = {
				duration:
					duration === undefined
						? (banRule?.duration ?? Infinity)
						: milliseconds(duration, 'duration', Infinity),
				...checkReason(reason),
			};
			await commands.ban(keyToBan(client, settings), ban);
		},

		async unban(client) {
			await commands.unban(keyToUnban(client, settings));
		},

		async reset(client) {
			await commands.reset(keyToReset(client, settings));
		},

		async report(client, options = {}) {
			const key = keyToBan(client, settings);
			const report = checkReport(namedOptions(options, ['weight', 'reason'], 'report()'));
			return countReport(commands, settings, key, report);
		},

		async *bans() {
			for await (const page of commands.bans()) {
				const listedAt = store.now();
				for (const {endsInMs, ...ban} of page) {
					const left = endsInMs - (store.now() - listedAt);
					if (left > 0) {
						yield {...ban, retryAfter: left === Infinity ? Infinity : wholeSeconds(left)};
					}
				}

				await yieldToIo();
			}
		},

		async close() {
			await commands.close();
		},
	};
}
