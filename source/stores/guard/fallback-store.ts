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
import {ClosedSlots} from './closed-slots.ts';
import type {GuardedVerdict} from './failure-policy.ts';
import {PartNames} from './part-names.ts';
import {RangeWatch} from './range-watch.ts';
import {UntakenBans} from './untaken-bans.ts';

/** Milliseconds. Ends of bans that are no further apart are of the same one: a reply takes time. */
const MAX_DELAY = 1000;

/**
 * Decides in this process while a store fails. It knows the bans of which the store has told, and those that it did
 * not take.
 *
 * All gates on a store share one, so that a ban at one gate applies at all of them.
 */
export class FallbackStore extends MemoryStore {
	/** What operators and reports have changed. */
	readonly changes = new Changes();
	/** Where gates under `'closed'` refuse all requests. */
	readonly closedSlots: ClosedSlots;
	/** Reads the store's ranges, which this store then applies. */
	readonly watch: RangeWatch;
	/** The bans that the store did not take. */
	readonly untaken = new UntakenBans(() => this.clock());
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
		this.#recordBan(client, ban);
		return outcome;
	}

	/** A ban by hand that the store has taken, in place of any other; or, for a trap, one that has stayed. */
	replaceBan(client: string, ban: NewBan, {banEndsInMs}: BanOutcome): void {
		this.untaken.replace(client, {...ban, duration: banEndsInMs});
		if (ban.isTrap && banEndsInMs > ban.duration) {
			this.#learnEnd(client, banEndsInMs);
		} else {
			this.learnBan(client, originOf(ban), ban);
		}

		this.#recordBan(client, ban);
	}

	/**
	 * Learns from the store's verdict whether the client is banned.
	 *
	 * @param version of `changes`, when the store was asked
	 */
	learnVerdict(
		client: string,
		verdict: GuardedVerdict,
		{immune}: AdmitOptions,
		version: number,
	): void {
		if (this.changes.hasChanged(client, version)) {
			return;
		}

		if (verdict.kind === 'banned') {
			const {by, endsInMs: duration, reason} = verdict;
			this.learnBanInForce(client, by === 'reports' ? by : 'elsewhere', {duration, reason});
		} else if (!immune) {
			this.endBan(client);
		}
	}

	/** Learns from the outcome of a report whether the client is banned. */
	learnOutcome(
		client: string,
		{banEndsInMs, begunForMs}: ReportOutcome,
		reason: string | undefined,
		version: number,
	): void {
		if (!this.changes.hasOperatorChanged(client, version)) {
			if (begunForMs !== undefined) {
				this.learnBan(client, 'reports', {duration: begunForMs, reason});
			} else if (banEndsInMs !== undefined) {
				this.#learnEnd(client, banEndsInMs);
			}
		}

		// A verdict that was asked for before the report says nothing of a ban that it began.
		this.changes.recordReport(client);
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

	override reset(client: string): void {
		super.reset(client);
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

	/** The client has a ban in the store. Unless it is known here, another process has begun it. */
	#learnEnd(client: string, endsInMs: number): void {
		const known = super.admit(client, [], {});
		const isKnown = known.kind === 'banned' && known.endsInMs > endsInMs - MAX_DELAY;
		if (!isKnown) {
			this.learnBan(client, 'elsewhere', {duration: endsInMs});
		}
	}

	/** A report that a trap's ban overtakes may begin another beside it: its outcome is still learned. */
	#recordBan(client: string, {isTrap}: NewBan): void {
		if (isTrap) {
			this.changes.recordReport(client);
		} else {
			this.changes.record(client);
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
