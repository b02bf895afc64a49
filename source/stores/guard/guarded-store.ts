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
import {type GuardedVerdict, type StoreErrorPolicy, unavailable} from './failure-policy.ts';
import {type FallbackStore, fallbackOf} from './fallback-store.ts';
import type {Commands, GateStore} from './gate-store.ts';
import {Health} from './health.ts';
import {type Part, Parts} from './parts.ts';
import {ReportedBans} from './reported-bans.ts';
import {type Call, StoreCaller} from './store-caller.ts';

export interface GuardedStoreOptions {
	readonly policy: StoreErrorPolicy;
	/** Milliseconds that the store may take for a reply. */
	readonly timeout: number;
	readonly warn: Warn;
}

/** What answers a question in place of the store. */
interface Otherwise<Reply> {
	/** What is known by the time the question has its turn. */
	readonly known: () => Reply | undefined;
	/** What applies if it gets no turn in time. */
	readonly withoutTurn: () => Reply;
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
		this.#fallback = fallbackOf(source);
		this.#reportedBans = new ReportedBans(this.#fallback.changes, () => this.now());
		this.#parts = new Parts(source, () => this.now(), timeout);
		const health = new Health({
			clock: () => this.now(),
			onFailing: error => warn('GATEKEEPER_STORE_FAILED', policy, describe(error)),
			onWorking: () => warn('GATEKEEPER_STORE_RECOVERED'),
		});
		this.#caller = new StoreCaller(health, this.#fallback.changes, timeout);
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
		if (failsClosed && this.#fallback.closedSlots.has(client)) {
			return unavailable;
		}

		// No rule and no ban applies: there is nothing to ask, but whether the store works.
		if (options.immune && rules.length === 0) {
			const breaker = failsClosed ? this.#parts.of(client).breaker : undefined;
			return breaker?.isOpenFor(client)
				? this.#caller.decide(this.#calls.admission(client, rules, options), breaker)
				: admitted;
		}

		const known = this.#knownVerdict(client, rules, options);
		if (known) {
			return known;
		}

		// Keys that a client makes up must not get it more turns.
		const {requester = client} = options;
		return this.#ask(requester, this.#calls.admission(client, rules, options), {
			known: () => this.#knownVerdict(client, rules, options),
			// This is a flood by one client, which must not gain by it under any policy.
			withoutTurn: () => unavailable,
		});
	}

	report(client: string, banRule: SettledBanRule, report: Report): MaybePromise<ReportOutcome> {
		const known = this.#knownOutcome(client);
		if (known) {
			return known;
		}

		return this.#ask(client, this.#calls.report(client, banRule, report), {
			known: () => this.#knownOutcome(client),
			// It counts in this process at least.
			withoutTurn: () =>
				this.#knownOutcome(client) ?? this.#fallback.report(client, banRule, report),
		});
	}

	/** @param requester takes turns with others, whatever the question is about */
	#ask<Reply>(
		requester: string,
		call: Call<Reply>,
		otherwise: Otherwise<Reply>,
	): MaybePromise<Reply> {
		const part = this.#parts.of(call.client);

		return this.#remembers
			? this.#askInTurn(requester, call, otherwise, part)
			: this.#caller.decide(call, part.breaker);
	}

	/** Asks the store once there is a place, unless what it would reply is known by then. */
	async #askInTurn<Reply>(
		requester: string,
		call: Call<Reply>,
		{known, withoutTurn}: Otherwise<Reply>,
		{breaker, inFlight}: Part,
	): Promise<Reply> {
		const turn = inFlight.take(requester);
		if (turn && !(await turn)) {
			return withoutTurn();
		}

		try {
			return (turn && known()) ?? (await this.#caller.decide(call, breaker));
		} finally {
			inFlight.leave(requester);
		}
	}

	/** The outcome of a report during a ban that is known here: it does not count. */
	#knownOutcome(client: string): ReportOutcome | undefined {
		const begun = this.#fallback.begunBan(client);

		return begun ? {reports: 0, banEndsInMs: begun.endsInMs} : this.#reportedBans.find(client);
	}

	/** The verdict that is known without a question: a ban that the store has not taken, or what it remembers. */
	#knownVerdict(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): Verdict | undefined {
		return this.#begunBan(client, options) ?? this.#recall(client, rules, options);
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
