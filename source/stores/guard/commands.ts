import type {AskOptions} from '../ask-options.ts';
import type {StoredBan} from '../ban-records.ts';
import {RangeBans} from '../memory/range-bans.ts';
import type {Store} from '../store.ts';
import {unanswered} from '../unfinished-error.ts';
import {banPages} from './ban-pages.ts';
import {
	checkedBanOutcome,
	checkedInspection,
	checkedOutcome,
	checkedRanges,
} from './check-reply.ts';
import {isNoReply, replyInTime} from './deadline.ts';
import type {FallbackStore} from './fallback-store.ts';
import type {Commands} from './gate-store.ts';

/** @param timeout milliseconds that the store may take for each step */
export function guardedCommands(store: Store, fallback: FallbackStore, timeout: number): Commands {
	let wasClosed = false;
	/** The ranges that the store had banned when it was last asked about a client. */
	const ranges = new RangeBans();

	/** Turns what the store throws into a rejection, and its silence into an error. */
	const read = async <Reply>(
		question: (asking: AskOptions) => unknown,
		check: (reply: unknown) => Reply,
	): Promise<Reply> => {
		const asking = new AbortController();
		const {value} = await replyInTime(question(asking), timeout, asking);
		return check(value);
	};

	/** The same for a question that may change something. */
	const ask = async <Reply>(
		command: (asking: AskOptions) => unknown,
		check: (reply: unknown) => Reply,
	): Promise<Reply> => {
		try {
			return await read(command, check);
		} catch (error) {
			throw isNoReply(error) ? unanswered(error) : error;
		}
	};

	return {
		async ban(client, ban) {
			const {version} = fallback.changes;
			try {
				const outcome = await ask(asking => store.ban(client, ban, asking), checkedBanOutcome);
				fallback.replaceBan(client, ban, version);
				return outcome;
			} catch (error) {
				fallback.banUnlessChanged(client, ban, version);
				fallback.closedSlots.close(client);
				throw error;
			}
		},

		async unban(client) {
			try {
				await ask(asking => store.unban(client, asking), ignore);
			} finally {
				fallback.unban(client);
			}
		},

		async reset(client) {
			try {
				await ask(asking => store.reset(client, asking), ignore);
			} finally {
				fallback.reset(client);
			}
		},

		async report(client, banRule, report) {
			const range = fallback.rangeBan(client);
			if (range) {
				return {reports: 0, banEndsInMs: range.endsInMs};
			}

			const {version} = fallback.changes;
			try {
				const outcome = await ask(
					asking => store.report(client, banRule, report, asking),
					checkedOutcome,
				);
				fallback.learn.report(client, outcome, report.reason, version);
				return fallback.untaken.addTo(client, outcome);
			} catch (error) {
				fallback.closedSlots.close(client);
				throw error;
			}
		},

		async inspect(client, rules, banRule) {
			const [inspection, banned] = await Promise.all([
				read(
					asking => store.inspect(client, rules, banRule, asking),
					reply => checkedInspection(reply, rules),
				),
				read(asking => store.ranges(asking), checkedRanges),
			]);
			const now = fallback.clock();
			ranges.replaceAll(banned, now);
			const ban = ranges.listed(client, now) ?? untakenBan(fallback, client) ?? inspection.ban;

			return ban ? {...inspection, ban} : inspection;
		},

		async banRange(range, ban) {
			await ask(asking => store.banRange(range, ban, asking), ignore);
			fallback.watch.change(() => fallback.learnRange(range, ban));
		},

		async unbanRange(range) {
			await ask(asking => store.unbanRange(range, asking), ignore);
			fallback.watch.change(() => fallback.unbanRange(range));
		},

		async ranges() {
			return read(asking => store.ranges(asking), checkedRanges);
		},

		bans: () => banPages(store, timeout),

		async close() {
			if (!wasClosed) {
				wasClosed = true;
				fallback.close();
			}

			await ask(() => store.close(), ignore);
		},
	};
}

/** A client's ban that the store has not taken. */
function untakenBan(fallback: FallbackStore, client: string): StoredBan | undefined {
	const banned = fallback.untaken.find(client);
	if (banned === undefined) {
		return undefined;
	}

	const {kind: _, ...ban} = banned;
	return {client, ...ban};
}

function ignore(): void {}
