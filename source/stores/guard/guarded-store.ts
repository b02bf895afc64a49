import {describe} from '../../checks/describe.ts';
import {ignoreRejection, type MaybePromise} from '../../maybe-promise.ts';
import type {Warn} from '../../warnings.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import {
	type AdmitOptions,
	admitted,
	type Report,
	type ReportOutcome,
	type Store,
	type Verdict,
} from '../store.ts';
import {timeOf} from '../time-of.ts';
import {Calls} from './calls.ts';
import {readVerdict} from './check-reply.ts';
import {guardedCommands} from './commands.ts';
import {isInTime} from './deadline.ts';
import {type GuardedVerdict, type StoreErrorPolicy, unavailable} from './failure-policy.ts';
import {type FallbackStore, fallbackOf} from './fallback-store.ts';
import type {Commands, GateStore} from './gate-store.ts';
import {Health} from './health.ts';
import {Parts} from './parts.ts';
import {ReportedBans} from './reported-bans.ts';
import {StoreCaller} from './store-caller.ts';

export interface GuardedStoreOptions {
	readonly policy: StoreErrorPolicy;
	/** Milliseconds that the store may take for a reply. */
	readonly timeout: number;
	readonly warn: Warn;
}

/**
 * Puts a store under a policy. The policy decides where the store throws, rejects, returns nonsense or does
 * not reply in time. A store that has failed many times in a row is left alone for a while.
 */
export class GuardedStore implements GateStore {
	readonly source: Store;
	/** Read once, like `recall`: a store's getter may throw. */
	readonly shared: boolean;
	readonly commands: Commands;
	readonly #policy: StoreErrorPolicy;
	readonly #timeout: number;
	readonly #parts: Parts;
	readonly #caller: StoreCaller;
	/** Whether the store remembers refusals, so that it is worth waiting for them. */
	readonly #remembers: boolean;
	readonly #reportedBans: ReportedBans;
	readonly #calls: Calls;
	/** Under `'memory'` it decides while the store fails. It learns of bans under every policy. */
	readonly #fallback: FallbackStore;

	constructor(source: Store, {policy, timeout, warn}: GuardedStoreOptions) {
		this.source = source;
		this.shared = source.shared;
		this.#remembers = source.recall !== undefined;
		this.#policy = policy;
		this.#timeout = timeout;
		this.#fallback = fallbackOf(source);
		this.#reportedBans = new ReportedBans(this.#fallback.changes, () => this.now());
		this.#parts = new Parts(source, () => this.now());
		const health = new Health({
			clock: () => this.now(),
			onFailing: error => warn('GATEKEEPER_STORE_FAILED', policy, describe(error)),
			onWorking: () => warn('GATEKEEPER_STORE_RECOVERED'),
		});
		this.#caller = new StoreCaller(this.#parts, health, this.#fallback.changes, timeout);
		this.#calls = new Calls(source, policy, this.#fallback, this.#reportedBans);
		this.commands = guardedCommands(source, this.#fallback, timeout);
	}

	now(): number {
		return timeOf(this.source);
	}

	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): MaybePromise<GuardedVerdict> {
		const failsClosed = this.#policy === 'closed';
		if (failsClosed && this.#fallback.refusesAll) {
			return unavailable;
		}

		// No rule and no ban applies: there is nothing to ask, but whether the store works.
		if (options.immune && rules.length === 0) {
			return failsClosed && this.#parts.of(client).breaker.isOpen
				? this.#caller.decide(this.#calls.admission(client, rules, options))
				: admitted;
		}

		const begun = this.#begunBan(client, options);
		if (begun) {
			return begun;
		}

		return this.#remembers
			? (this.#recall(client, rules, options) ?? this.#admitInTurn(client, rules, options))
			: this.#caller.decide(this.#calls.admission(client, rules, options));
	}

	report(client: string, banRule: SettledBanRule, report: Report): MaybePromise<ReportOutcome> {
		const known = this.#knownOutcome(client);
		if (known) {
			return known;
		}

		return this.#remembers
			? this.#reportInTurn(client, banRule, report)
			: this.#caller.decide(this.#calls.report(client, banRule, report));
	}

	/** The outcome of a report during a ban that is known here: it does not count. */
	#knownOutcome(client: string): ReportOutcome | undefined {
		const begun = this.#fallback.begunBan(client);

		return begun ? {reports: 0, banEndsInMs: begun.endsInMs} : this.#reportedBans.find(client);
	}

	/** Asks the store in turn, like `#admitInTurn`. A report that gets no turn in time counts in this process. */
	async #reportInTurn(
		client: string,
		banRule: SettledBanRule,
		report: Report,
	): Promise<ReportOutcome> {
		const {inFlight} = this.#parts.of(client);
		const waiter = inFlight.take(client);
		if (waiter && !(await isInTime(waiter.turn, this.#timeout))) {
			waiter.giveUp();
			return this.#knownOutcome(client) ?? this.#fallback.report(client, banRule, report);
		}

		try {
			const known = waiter && this.#knownOutcome(client);
			return known ?? (await this.#caller.decide(this.#calls.report(client, banRule, report)));
		} finally {
			inFlight.leave(client);
		}
	}

	/**
	 * Asks the store once there is a place, unless it remembers a refusal by then. Without a place in time, the
	 * request is refused: this is a flood by one client, which must not gain by it under any policy.
	 */
	async #admitInTurn(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): Promise<GuardedVerdict> {
		const admission = this.#calls.admission(client, rules, options);
		const {inFlight} = this.#parts.of(client);
		const waiter = inFlight.take(client);
		if (waiter && !(await isInTime(waiter.turn, this.#timeout))) {
			waiter.giveUp();
			return unavailable;
		}

		try {
			const known =
				waiter && (this.#begunBan(client, options) ?? this.#recall(client, rules, options));
			return known ?? (await this.#caller.decide(admission));
		} finally {
			inFlight.leave(client);
		}
	}

	/** A client's ban that began in this process and that the store has not taken. */
	#begunBan(client: string, {immune}: AdmitOptions): Verdict | undefined {
		return immune ? undefined : this.#fallback.begunBan(client);
	}

	/** What the store remembers. That involves no server, so that it says nothing of the server's health. */
	#recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		try {
			const known: unknown = this.source.recall?.(client, rules, options);
			ignoreRejection(known);
			return known === undefined ? undefined : readVerdict(known, rules);
		} catch {
			return undefined;
		}
	}
}
