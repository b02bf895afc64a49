import {processWide} from '../../process-wide.ts';
import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../ban-records.ts';
import {Changes} from '../changes.ts';
import {originOf} from '../deciding/bans.ts';
import {MemoryStore} from '../memory/memory-store.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Store} from '../store.ts';
import {timeOf} from '../time-of.ts';
import type {AdmitOptions, Counted, Verdict} from '../verdict.ts';
import {BanLearner} from './ban-learner.ts';
import {ClosedSlots} from './closed-slots.ts';
import {PartNames} from './part-names.ts';
import {RangeWatch} from './range-watch.ts';
import {UntakenBans} from './untaken-bans.ts';

/**
 * Decides in this process while a store fails. It knows the bans of which the store has told, and those that it did
 * not take.
 *
 * All gates on a store share one, so that a ban at one gate applies at all of them.
 */
export class FallbackStore extends MemoryStore {
	/** The changes of bans by operators and reports. */
	readonly changes = new Changes();
	/** Where gates under `'closed'` refuse all requests. */
	readonly closedSlots: ClosedSlots;
	/** Reads the store's ranges, which this store then applies. */
	readonly watch: RangeWatch;
	/** The bans that the store did not take. */
	readonly untaken = new UntakenBans(() => this.clock());
	/** Learns what the store says of bans. */
	readonly learn = new BanLearner(this);
	/** What was counted here, and not in the store. */
	readonly #counted = new WeakSet<Counted>();
	#gates = 0;

	/** @param source the store in whose place it decides */
	constructor(source: Store) {
		super({clock: () => timeOf(source)});
		this.watch = new RangeWatch(source, ranges => this.learnRanges(ranges));
		this.closedSlots = new ClosedSlots(() => this.clock(), new PartNames(source));
	}

	/** Another gate uses it. */
	addGate(): void {
		this.#gates += 1;
	}

	override admit(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict {
		const verdict = super.admit(client, rules, options);
		if (verdict.kind === 'admitted') {
			for (const one of verdict.counted ?? []) {
				this.#counted.add(one);
			}
		}

		return verdict;
	}

	/** Whether a request was counted here, while the store failed. */
	hasCounted([first]: readonly Counted[]): boolean {
		return first !== undefined && this.#counted.has(first);
	}

	override report(client: string, banRule: SettledBanRule, report: Report): ReportOutcome {
		const outcome = super.report(client, banRule, report);
		const {begunForMs: duration} = outcome;
		if (duration !== undefined) {
			this.untaken.beginByReports(client, {duration, reason: report.reason});
		}

		return outcome;
	}

	/** A ban by hand that the store has not taken. */
	override ban(client: string, ban: NewBan): BanOutcome {
		const outcome = super.ban(client, ban);
		this.untaken.beginByHand(client, ban);
		if (ban.isTrap) {
			this.changes.recordReport(client);
		} else {
			this.changes.record(client);
		}

		return outcome;
	}

	/** The same, unless an operator has changed the client since the store was asked, by an unban for example. */
	banUnlessChanged(client: string, ban: NewBan, version = this.changes.version): BanOutcome {
		return this.changes.hasOperatorChanged(client, version)
			? {banEndsInMs: ban.duration}
			: this.ban(client, ban);
	}

	/**
	 * An operator's ban that the store has taken, in place of any other.
	 *
	 * @param version of `changes`, when the store was asked
	 */
	replaceBan(client: string, ban: NewBan, version: number): void {
		if (!this.changes.hasOperatorChanged(client, version)) {
			this.untaken.replace(client, ban);
			this.learnBan(client, originOf(ban), ban);
		}

		this.changes.record(client);
	}

	/** A ban of a range that the store has taken. The store alone says what is too many: others may have ended some. */
	learnRange(range: string, {duration, ...reasoned}: RangeBan): void {
		const ban: StoredBan = {client: range, by: 'hand', ...reasoned, endsInMs: duration};
		this.learnRanges([...this.ranges(), ban]);
	}

	override unban(client: string): void {
		this.untaken.end(client);
		super.unban(client);
		this.changes.record(client);
	}

	/** Forgets everything once the last gate is closed. */
	override close(): void {
		this.#gates -= 1;
		if (this.#gates <= 0) {
			this.untaken.clear();
			this.watch.stop();
			super.close();
		}
	}
}

const fallbacks = processWide('fallbacks', () => new WeakMap<Store, FallbackStore>());

/** The one fallback for all gates on this store. */
export function fallbackOf(store: Store): FallbackStore {
	const fallback = fallbacks.get(store) ?? new FallbackStore(store);
	fallbacks.set(store, fallback);
	fallback.addGate();
	return fallback;
}
