import {milliseconds} from '../checks/duration.ts';
import {namedOptions} from '../checks/option-checks.ts';
import type {ClientName} from '../client/client-name.ts';
import type {Ban, BanOptions, ReportOptions, Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import {checkReport, countReport} from '../reports/count-report.ts';
import type {StoredBan} from '../stores/ban-records.ts';
import type {GateStore} from '../stores/guard/gate-store.ts';
import {checkReason} from '../stores/reason.ts';
import {yieldToIo} from '../yield-to-io.ts';
import {shownBan} from './ban.ts';
import {type ClientStanding, inspect} from './inspect.ts';
import {
	countedKey,
	keyToBan,
	type SpecificKey,
	type Target,
	targetsToUnban,
	targetToBan,
} from './targets.ts';

/**
 * What you can do from code. A client is an address, a key as `bans()` shows it, or `{key: 'alice'}`.
 *
 * Every method rejects with a TypeError for anything else and for bad options, and with an error of the store if
 * the store fails. On a `RedisStore`, the code `ERR_GATEKEEPER_NOT_SENT` says that nothing has changed, and nothing
 * will, and `ERR_GATEKEEPER_UNANSWERED` that it may have. `ban` and `report` reject with a TypeError for a client
 * that the list `allow` covers, and for `'unix'` and `'no-address'`.
 */
export interface Operator {
	/**
	 * Bans a client. Replaces any ban that it has, and deletes its reports. A CIDR such as `'203.0.113.0/24'` bans
	 * every client that is known by an address in that range.
	 */
	ban(client: ClientName, options?: BanOptions): Promise<void>;
	/**
	 * Ends a client's ban, if it has one, deletes its reports, and forgets its earlier bans. A CIDR ends the ban of
	 * exactly that range.
	 */
	unban(client: ClientName): Promise<void>;
	/**
	 * Deletes a client's counted requests and reports; a ban stays. `{specificKey: 'alice'}` resets what a
	 * `specific` counts as `'alice'` by its `key`.
	 */
	reset(client: ClientName | SpecificKey): Promise<void>;
	/** Counts a report of a client, as `ctx.report()` does. Without a ban rule it counts nothing. */
	report(client: ClientName, options?: Omit<ReportOptions, 'client'>): Promise<Standing>;
	/**
	 * The bans in force, each once: ranges first, the others in no particular order. One that begins or ends during the
	 * iteration may be missing. The iteration rejects if the store, or a server of its cluster, fails.
	 *
	 * @example
	 * for await (const {client, retryAfter} of gate.bans()) {
	 * 	console.log(`${client}: ${retryAfter} s left`);
	 * }
	 */
	bans(): AsyncIterableIterator<Ban>;
	/**
	 * How a client stands: its ban, its reports, and its quota under the rules that the gate has asked its store about; of
	 * those that functions return, the last 100. `{specificKey: 'alice'}` asks about what a `specific` counts as `'alice'`.
	 * It counts nothing.
	 */
	inspect(client: ClientName | SpecificKey): Promise<ClientStanding>;
	/**
	 * Releases what the gate and its store hold, but never a Redis client of yours. A MemoryStore is emptied,
	 * for every gate that shares it. You may call it twice.
	 */
	close(): Promise<void>;
}

export function operator(settings: Settings): Operator {
	const {store, banRule, telemetry} = settings;
	const {commands} = store;

	return {
		async ban(client, options = {}) {
			const {duration, reason} = namedOptions(options, ['duration', 'reason'], 'ban()', {
				example: "{duration: '10m'}",
			});
			const ban = {
				duration:
					duration === undefined
						? (banRule?.durations[0] ?? Infinity)
						: milliseconds(duration, 'duration', Infinity),
				...checkReason(reason),
			};
			const target = targetToBan(client, settings);
			await ('range' in target
				? commands.banRange(target.range, ban)
				: commands.ban(target.client, ban));
			const {duration: endsInMs, ...reasoned} = ban;
			telemetry.banned({client: nameOf(target), by: 'hand', ...reasoned, endsInMs});
		},

		async unban(client) {
			const targets = targetsToUnban(client, settings);
			for (const target of targets) {
				await ('range' in target
					? commands.unbanRange(target.range)
					: commands.unban(target.client));
			}

			// A range and a client may have the same name.
			for (const name of new Set(targets.map(nameOf))) {
				telemetry.unbanned(name);
			}
		},

		async reset(client) {
			await commands.reset(countedKey(client, settings));
		},

		async report(client, options = {}) {
			const key = keyToBan(client, settings);
			const report = checkReport(namedOptions(options, ['weight', 'reason'], 'report()'));
			return countReport(commands, settings, key, report);
		},

		async *bans() {
			// Who reads only the start of a long list sees them: a range holds many clients, and there are few of them.
			yield* stillInForce(await commands.ranges(), store);
			for await (const page of commands.bans()) {
				yield* stillInForce(page, store);
				await yieldToIo();
			}
		},

		async inspect(client) {
			return inspect(client, settings);
		},

		async close() {
			await commands.close();
		},
	};
}

/** The bans of a list, as they stand when each of them is read. */
function* stillInForce(listed: Iterable<StoredBan>, store: GateStore): Generator<Ban> {
	const listedAt = store.now();
	for (const ban of listed) {
		const endsInMs = ban.endsInMs - (store.now() - listedAt);
		if (endsInMs > 0) {
			yield shownBan({...ban, endsInMs});
		}
	}
}

function nameOf(target: Target): string {
	return 'range' in target ? target.range : target.client;
}
