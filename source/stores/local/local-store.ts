import {check} from '../../checks/option-checks.ts';
import {warner} from '../../warnings.ts';
import type {AskOptions} from '../ask-options.ts';
import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../ban-records.ts';
import type {Inspection} from '../inspection.ts';
import {Decisions} from '../reply-cache/decisions.ts';
import {ReplyCache} from '../reply-cache/reply-cache.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Store} from '../store.ts';
import type {AdmitOptions, Counted, Verdict} from '../verdict.ts';
import type {Ledger} from './ledger.ts';
import {LedgerFile} from './ledger-file.ts';
import {isCopyOnWrite} from './lmdb/file-system.ts';
import {isPath, type LocalStoreOptions, settleLocalOptions} from './options.ts';

/**
 * Keeps everything in one file that all processes of a machine share, and that outlives them: for cluster mode, pm2 and
 * restarts, without a server. It needs the package `lmdb`. A decision is one atomic transaction.
 *
 * @example
 * import {LocalStore} from 'koa-gatekeeper/local';
 *
 * const store = new LocalStore({path: '/var/lib/app/gatekeeper.mdb'});
 * app.use(gatekeeper({rateLimitRule: [100, 60], store}));
 */
export class LocalStore implements Store {
	readonly shared = true;
	readonly #file: LedgerFile;
	readonly #ledger: Ledger;
	/** Another process may have banned a client that a limit refuses: bans hold at once. */
	readonly #cache = new ReplyCache({believesNoBan: false});
	readonly #decisions: Decisions;
	#sibling: LocalStore | undefined;

	/**
	 * @throws {TypeError} for options that are unknown or out of bounds
	 * @throws {Error} if the file cannot be used, if the package `lmdb` is missing, or in a worker thread
	 */
	constructor(options: LocalStoreOptions);
	/** @internal The sibling of another store. */
	constructor(file: LedgerFile);
	constructor(given: LocalStoreOptions | LedgerFile) {
		const isSibling = given instanceof LedgerFile;
		this.#file = isSibling ? given : open(given);
		this.#ledger = isSibling ? given.dry : this.#file.enforced;
		this.#decisions = new Decisions({
			cache: this.#cache,
			clock: () => this.#file.estimate(),
			ask: (client, rules, options, asking) =>
				this.#file.run(now => ({verdict: this.#ledger.admit(client, rules, options, now)}), asking),
		});
	}

	/** The time of the file, in milliseconds. */
	clock(): number {
		return this.#file.estimate();
	}

	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking?: AskOptions,
	): Promise<Verdict> {
		return this.#decisions.admit(client, rules, options, asking);
	}

	/** A refusal of the client from less than a second ago. */
	recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		return this.#decisions.recall(client, rules, options);
	}

	/** Forgets the refusals of the client that this process remembers: they may be over. */
	async giveBack(client: string, counted: readonly Counted[], asking?: AskOptions): Promise<void> {
		await this.#file.run(now => this.#ledger.giveBack(client, counted, now), asking);
		this.#cache.gaveBack(
			client,
			counted.map(({rule}) => rule),
		);
	}

	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
		asking?: AskOptions,
	): Promise<ReportOutcome> {
		return this.#change(client, now => this.#ledger.report(client, banRule, report, now), asking);
	}

	ban(client: string, ban: NewBan, asking?: AskOptions): Promise<BanOutcome> {
		return this.#change(client, now => this.#ledger.ban(client, ban, now), asking);
	}

	unban(client: string, asking?: AskOptions): Promise<void> {
		return this.#change(client, () => this.#ledger.unban(client), asking);
	}

	reset(client: string, asking?: AskOptions): Promise<void> {
		return this.#change(client, () => this.#ledger.reset(client), asking);
	}

	inspect(
		client: string,
		rules: readonly Rule[],
		banRule: SettledBanRule | undefined,
		asking?: AskOptions,
	): Promise<Inspection> {
		return this.#file.run(now => this.#ledger.inspect(client, rules, banRule, now), asking);
	}

	/** Each page is read in a transaction of its own. */
	async *bans(): AsyncIterable<readonly StoredBan[]> {
		let last: Buffer | undefined;
		do {
			const after = last;
			const {bans, next} = await this.#file.run(now => this.#ledger.bans(after, now));
			yield bans;
			last = next;
		} while (last);
	}

	banRange(range: string, ban: RangeBan, asking?: AskOptions): Promise<void> {
		return this.#file.run(now => this.#ledger.banRange(range, ban, now), asking);
	}

	unbanRange(range: string, asking?: AskOptions): Promise<void> {
		return this.#file.run(() => this.#ledger.unbanRange(range), asking);
	}

	ranges(asking?: AskOptions): Promise<readonly StoredBan[]> {
		return this.#file.run(now => this.#ledger.ranges(now), asking);
	}

	/** The store for gates under `dryRun`, in the same file. */
	sibling(): LocalStore {
		this.#sibling ??= new LocalStore(this.#file);
		return this.#sibling;
	}

	/**
	 * Copies the file with its permissions, while processes use it. They all wait meanwhile, about a millisecond for each megabyte.
	 *
	 * @param path of the copy, which takes the place of a file that is there once it is whole and on the disk
	 * @throws {TypeError} (as a rejection) for anything but a path
	 * @throws {Error} (as a rejection) if it cannot be written
	 * @example await store.backup('/var/backups/gatekeeper.mdb');
	 */
	async backup(path: string): Promise<void> {
		check(isPath, path, 'path', 'the path of a file, as text');
		await this.#file.copyTo(path);
	}

	/** Finishes what was asked, and lets go of the file. What is asked later opens it again. */
	close(): Promise<void> {
		this.#cache.clear();
		return this.#file.close();
	}

	async #change<Result>(
		client: string,
		step: (now: number) => Result,
		asking: AskOptions | undefined,
	): Promise<Result> {
		const result = await this.#file.run(step, asking);
		this.#cache.forget(client);
		return result;
	}
}

function open(options: LocalStoreOptions): LedgerFile {
	const warn = warner();
	const settled = settleLocalOptions(options);
	const file = new LedgerFile({...settled, onFull: () => warn('GATEKEEPER_BANS_FULL')});
	if (isCopyOnWrite(settled.path)) {
		warn('GATEKEEPER_COPY_ON_WRITE', settled.path);
	}

	return file;
}
