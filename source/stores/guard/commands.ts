import {describe} from '../../checks/describe.ts';
import type {AskOptions} from '../ask-options.ts';
import type {StoredBan} from '../ban-records.ts';
import {RangeBans} from '../memory/range-bans.ts';
import type {Store} from '../store.ts';
import {unanswered} from '../unfinished-error.ts';
import {
	checkedBanOutcome,
	checkedInspection,
	checkedOutcome,
	checkedRanges,
} from './check-reply.ts';
import {inTime, isNoReply} from './deadline.ts';
import type {FallbackStore} from './fallback-store.ts';
import type {Commands} from './gate-store.ts';

/** @param timeout milliseconds that the store may take for each step */
export function guardedCommands(store: Store, fallback: FallbackStore, timeout: number): Commands {
	let wasClosed = false;
	/** The ranges that the store had banned when it was last asked about a client. */
	const ranges = new RangeBans();

	/** Turns what the store throws into a rejection, and its silence into an error. */
	const read = async <Reply>(
		question: (asking: AskOptions) => Reply | Promise<Reply>,
	): Promise<Reply> => {
		const asking = new AbortController();
		return (await inTime((async () => question(asking))(), timeout, asking)).value;
	};

	/** The same for a question that may change something. */
	const ask = async <Reply>(
		command: (asking: AskOptions) => Reply | Promise<Reply>,
	): Promise<Reply> => {
		try {
			return await read(command);
		} catch (error) {
			throw isNoReply(error) ? unanswered(error) : error;
		}
	};

	return {
		async ban(client, ban) {
			try {
				const outcome = checkedBanOutcome(await ask(asking => store.ban(client, ban, asking)));
				fallback.replaceBan(client, ban, outcome);
				return outcome;
			} catch (error) {
				fallback.ban(client, ban);
				fallback.closedSlots.close(client);
				throw error;
			}
		},

		async unban(client) {
			try {
				await ask(asking => store.unban(client, asking));
			} finally {
				fallback.unban(client);
			}
		},

		async reset(client) {
			try {
				await ask(asking => store.reset(client, asking));
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
				const outcome = checkedOutcome(
					await ask(asking => store.report(client, banRule, report, asking)),
				);
				fallback.learnOutcome(client, outcome, report.reason, version);
				return fallback.untaken.addTo(client, outcome);
			} catch (error) {
				fallback.closedSlots.close(client);
				throw error;
			}
		},

		async inspect(client, rules, banRule) {
			const [inspected, banned] = await Promise.all([
				read(asking => store.inspect(client, rules, banRule, asking)),
				read(asking => store.ranges(asking)),
			]);
			const inspection = checkedInspection(inspected, rules);
			const now = fallback.clock();
			ranges.replaceAll(checkedRanges(banned), now);
			const ban = ranges.listed(client, now) ?? untakenBan(fallback, client) ?? inspection.ban;

			return ban ? {...inspection, ban} : inspection;
		},

		async banRange(range, ban) {
			await ask(asking => store.banRange(range, ban, asking));
			fallback.watch.change(() => fallback.learnRange(range, ban));
		},

		async unbanRange(range) {
			await ask(asking => store.unbanRange(range, asking));
			fallback.watch.change(() => fallback.unbanRange(range));
		},

		async ranges() {
			return checkedRanges(await read(asking => store.ranges(asking)));
		},

		bans: () => pagesInTime(store, timeout),

		async close() {
			if (!wasClosed) {
				wasClosed = true;
				fallback.close();
			}

			await ask(() => store.close());
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

async function* pagesInTime(store: Store, timeout: number): AsyncGenerator<readonly StoredBan[]> {
	const pages = pagesOf(store);
	try {
		for (;;) {
			const {done, value: page} = (await inTime(pages.next(), timeout)).value;
			if (done) {
				return;
			}

			if (!Array.isArray(page)) {
				throw new TypeError(`the store returned ${describe(page)} as a page of bans`);
			}

			yield page;
		}
	} finally {
		// Not awaited: a store that has gone silent would hold up its caller here.
		pages.return(undefined).catch(() => {});
	}
}

/** One kind of iteration, whether the store has its bans at hand or asks a server for each page. */
async function* pagesOf(store: Store): AsyncGenerator<readonly StoredBan[]> {
	// Awaited: a store may return a promise of its pages.
	yield* await store.bans();
}
