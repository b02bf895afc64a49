import {type Duration, milliseconds, wholeSeconds} from '../checks/duration.ts';
import {namedOptions} from '../checks/option-checks.ts';
import type {ClientName} from '../client/client-name.ts';
import type {Standing} from '../context.ts';
import {giveWay} from '../give-way.ts';
import type {Settings} from '../options/settings.ts';
import {checkReport, reportClient} from '../reports/count-report.ts';
import {shown} from '../stores/guard/check-answer.ts';
import type {GuardedStore} from '../stores/guard/guarded-store.ts';
import {eachInTime, inTime} from '../stores/guard/in-time.ts';
import {checkReason} from '../stores/reason.ts';
import type {Store, StoredBan} from '../stores/store.ts';
import {timeOf} from '../stores/time-of.ts';
import {keyToBan, keyToReset, keyToUnban, type SpecificKeyName} from './client-keys.ts';

/** A ban as its operator is shown it. */
export interface Ban {
	/** The canonical key, which every verb takes. */
	readonly client: string;
	/** Whether reports led to it or `ban()`. */
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Seconds until it ends, rounded up; Infinity for one without end. */
	readonly retryAfter: number;
}

export interface BanOptions {
	/**
	 * Seconds or text such as `'10m'`; Infinity for a ban without end.
	 *
	 * @default the ban rule's duration; without a ban rule, no end
	 */
	readonly duration?: Duration;
	/** Shown by `bans()` and to `onRefused`; 200 characters of it at most. */
	readonly reason?: string;
}

/**
 * What an operator may do. A client is an address, a key as `bans()` shows it, or `{key: 'alice'}`;
 * anything else, like any bad option, rejects with a TypeError. A failing store rejects with its error.
 *
 * Whom the list `allow` covers, and `'unix'`, can't be banned or reported: that rejects too.
 */
export interface Operator {
	/** Bans a client in place of any ban that it has; its reports are spent. */
	ban(client: ClientName, options?: BanOptions): Promise<void>;
	/** Ends a client's ban, and forgets its reports. */
	unban(client: ClientName): Promise<void>;
	/**
	 * Forgets a client's counted requests and its reports; a ban stays. `{specificKey: 'alice'}` is what
	 * a `specific` counts as `'alice'` by its `key`.
	 */
	reset(client: ClientName | SpecificKeyName): Promise<void>;
	/** Counts a report of a client, as `ctx.report()` does. */
	report(
		client: ClientName,
		options?: {readonly weight?: number; readonly reason?: string},
	): Promise<Standing>;
	/**
	 * The bans in force.
	 *
	 * @example
	 * for await (const {client, retryAfter} of gate.bans()) {
	 * 	console.log(`${client}: ${retryAfter} s left`);
	 * }
	 */
	bans(): AsyncIterableIterator<Ban>;
	/**
	 * Releases what the gate and its store hold; never the store client of the user's own. A MemoryStore is
	 * emptied, for every gate that shares it.
	 */
	close(): Promise<void>;
}

export function operator(settings: Settings): Operator {
	const {store, guarded, banRule, storeTimeout} = settings;

	/** Turns what throws into a rejection, and a silence into an error. */
	const ask = async <T>(question: () => T | Promise<T>): Promise<T> =>
		(await inTime((async () => question())(), storeTimeout)).value;

	/** The store's own answers, whose failures are the operator's to see. */
	const strictly: Pick<GuardedStore, 'admit' | 'report'> = {
		admit: (client, rules, options) => store.admit(client, rules, options),
		report: (client, rule, report) => guarded.reportThere(client, rule, report),
	};

	/** What the operator does holds here too, last and whatever the store says. */
	const everywhere = async (
		inStore: () => void | Promise<void>,
		here: (isStored: boolean) => void,
	) => {
		let isStored = false;
		try {
			await ask(inStore);
			isStored = true;
		} finally {
			here(isStored);
		}
	};

	return {
		ban: async (client, options = {}) => {
			const {duration, reason} = namedOptions(options, ['duration', 'reason'], 'ban()');
			const ban = {
				duration:
					duration === undefined
						? (banRule?.duration ?? Infinity)
						: milliseconds(duration, 'duration', Infinity),
				...checkReason(reason),
			};
			const key = keyToBan(client, settings);
			await everywhere(
				() => store.ban(key, ban),
				isStored => guarded.ban(key, ban, isStored),
			);
		},

		unban: async client => {
			const key = keyToUnban(client, settings);
			await everywhere(
				() => store.unban(key),
				() => guarded.unban(key),
			);
		},

		reset: async client => {
			const key = keyToReset(client, settings);
			await everywhere(
				() => store.reset(key),
				() => guarded.reset(key),
			);
		},

		report: async (client, options = {}) => {
			const key = keyToBan(client, settings);
			const report = checkReport(namedOptions(options, ['weight', 'reason'], 'report()'));
			return ask(() => reportClient(strictly, settings, key, report));
		},

		bans: async function* () {
			for await (const page of eachInTime(storedBans(store), storeTimeout)) {
				if (!Array.isArray(page)) {
					throw new TypeError(`the store answered ${shown(page)} as a page of bans`);
				}

				const toldAt = timeOf(store);
				for (const {endsInMs, ...ban} of page) {
					const left = endsInMs - (timeOf(store) - toldAt);
					if (left > 0) {
						yield {...ban, retryAfter: left === Infinity ? Infinity : wholeSeconds(left)};
					}
				}

				await giveWay();
			}
		},

		close: async () => {
			guarded.close();
			await ask(() => store.close());
		},
	};
}

/** One kind of list, whether the store has its bans at hand or asks a server as it goes. */
async function* storedBans(store: Store): AsyncGenerator<readonly StoredBan[]> {
	yield* store.bans();
}
