import {describe} from '../../checks/describe.ts';
import type {AskOptions} from '../ask-options.ts';
import type {Store, StoredBan} from '../store.ts';
import {unanswered} from '../unfinished-error.ts';
import {readOutcome} from './check-reply.ts';
import {inTime, NoReplyError} from './deadline.ts';
import type {FallbackStore} from './fallback-store.ts';
import type {Commands} from './gate-store.ts';

/** @param timeout milliseconds that the store may take for each step */
export function guardedCommands(store: Store, fallback: FallbackStore, timeout: number): Commands {
	let wasClosed = false;

	/** Turns what the store throws into a rejection, and its silence into an error. */
	const ask = async <Reply>(
		command: (asking: AskOptions) => Reply | Promise<Reply>,
	): Promise<Reply> => {
		const asking = new AbortController();
		try {
			return (await inTime((async () => command(asking))(), timeout, asking)).value;
		} catch (error) {
			throw error instanceof NoReplyError ? unanswered(error) : error;
		}
	};

	return {
		async ban(client, ban) {
			try {
				await ask(asking => store.ban(client, ban, asking));
				fallback.replaceBan(client, ban);
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
			const {version} = fallback.changes;
			try {
				const outcome = readOutcome(
					await ask(asking => store.report(client, banRule, report, asking)),
				);
				fallback.learnOutcome(client, outcome, report.reason, version);
				return outcome;
			} catch (error) {
				fallback.closedSlots.close(client);
				throw error;
			}
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
