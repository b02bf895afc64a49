import {isPromise} from '../../maybe-promise.ts';
import type {Rule, SettledBanRule} from '../../options/rules.ts';
import type {Warn} from '../../warnings.ts';
import {MemoryStore} from '../memory/memory-store.ts';
import {
	type AdmitOptions,
	admitted,
	type NewBan,
	type Report,
	type ReportOutcome,
	type Store,
	type Verdict,
} from '../store.ts';
import {ignoreFailure, timeOf} from '../time-of.ts';
import {Breaker, PAUSE} from './breaker.ts';
import {readVerdict, shown} from './check-answer.ts';
import {type FallbackStore, fallbackOf} from './fallback-store.ts';
import {inTime} from './in-time.ts';
import {Places} from './places.ts';
import {
	admission,
	type GuardedVerdict,
	type Question,
	reporting,
	type StoreErrorPolicy,
	unavailable,
} from './questions.ts';

interface GuardedStoreOptions {
	readonly policy: StoreErrorPolicy;
	/** Milliseconds that the store has for an answer. */
	readonly timeout: number;
	readonly warn: Warn;
}

/**
 * Puts a store's decisions under a policy: they never throw nor reject. Where the store throws, rejects,
 * answers nonsense, or has not answered in time, the policy answers in its place; and where it has done so
 * again and again, it is left alone for a while.
 */
export class GuardedStore {
	/** Whether other processes use the same counters. Read once: a store's getter may throw. */
	readonly shared: boolean;
	readonly #store: Store;
	/** Whether its answers need no reading: a MemoryStore returns no nonsense. */
	readonly #isTrusted: boolean;
	readonly #options: GuardedStoreOptions;
	readonly #breaker: Breaker;
	/** Whether the store remembers refusals, so that there is something to wait for. */
	readonly #remembers: boolean;
	readonly #places = new Places();
	/** Under `'memory'` it decides while the store fails. It hears of bans under every policy. */
	readonly #fallback: FallbackStore;
	#isOver = false;

	constructor(store: Store, options: GuardedStoreOptions) {
		const {policy, warn} = options;
		const clock = () => timeOf(store);
		this.shared = store.shared;
		this.#store = store;
		this.#isTrusted = isMemory(store);
		this.#remembers = store.recall !== undefined;
		this.#options = options;
		this.#fallback = fallbackOf(store);
		this.#breaker = new Breaker({
			clock,
			onFailing: error => warnFailing(warn, policy, error),
			onWorking: () => warnWorking(warn),
		});
	}

	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): GuardedVerdict | Promise<GuardedVerdict> {
		if (this.#fallback.closedUntil > -Infinity && this.#isClosed()) {
			return unavailable;
		}

		if (options.immune) {
			if (rules.length === 0) {
				return this.#options.policy === 'closed' && this.#breaker.isOpen ? unavailable : admitted;
			}
		} else {
			const begun = this.#fallback.begunBan(client);
			if (begun) {
				return begun;
			}
		}

		return this.#remembers
			? (this.#recall(client, rules, options) ?? this.#askInTurn(client, rules, options))
			: this.#answer(admission, client, rules, options);
	}

	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
	): ReportOutcome | Promise<ReportOutcome> {
		const begun = this.#fallback.begunBan(client);

		return begun
			? {reports: 0, banEndsInMs: begun.endsInMs}
			: this.#answer(reporting, client, banRule, report);
	}

	/** Counts a report in the store alone, whose failure is the caller's. */
	async reportThere(
		client: string,
		banRule: SettledBanRule,
		report: Report,
	): Promise<ReportOutcome> {
		const mark = this.#fallback.changes.mark;
		const outcome = reporting.read(await this.#store.report(client, banRule, report), banRule);
		this.#learn(reporting, client, outcome, report, mark);
		return outcome;
	}

	/**
	 * What the operator does holds for what is decided while the store fails, too.
	 *
	 * @param isStored whether the store has taken the ban, so that its word may end it
	 */
	ban(client: string, ban: NewBan, isStored: boolean): void {
		this.#fallback.changes.made(client);
		if (isStored) {
			this.#fallback.replaceBan(client, ban);
		} else {
			this.#fallback.ban(client, ban);
			this.#closeForAWhile();
		}
	}

	unban(client: string): void {
		this.#fallback.changes.made(client);
		this.#fallback.unban(client);
	}

	reset(client: string): void {
		this.#fallback.changes.made(client);
		this.#fallback.reset(client);
	}

	close(): void {
		if (!this.#isOver) {
			this.#isOver = true;
			this.#fallback.close();
		}
	}

	#isClosed(): boolean {
		return this.#options.policy === 'closed' && timeOf(this.#store) < this.#fallback.closedUntil;
	}

	/** A server that can be read but not written to would let in whoever is reported or banned. */
	#closeForAWhile(): void {
		this.#fallback.closedUntil = timeOf(this.#store) + PAUSE;
	}

	/** Asks the store once there is a place, unless it remembers the answer by then. */
	async #askInTurn(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): Promise<GuardedVerdict> {
		const turn = this.#places.take(client);
		try {
			if (turn) {
				await turn;
				const known =
					(options.immune ? undefined : this.#fallback.begunBan(client)) ??
					this.#recall(client, rules, options);
				if (known) {
					return known;
				}
			}

			return await this.#answer(admission, client, rules, options);
		} finally {
			this.#places.leave(client);
		}
	}

	/** What the store remembers: it was not asked, so that this tells nothing of whether it works. */
	#recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		try {
			const known: unknown = this.#store.recall?.(client, rules, options);
			ignoreFailure(known);
			return known === undefined ? undefined : readVerdict(known, rules);
		} catch {
			return undefined;
		}
	}

	/** Every request runs this: where the store answers at once, nothing is made. */
	#answer<T, About, How>(
		question: Question<T, About, How>,
		client: string,
		about: About,
		how: How,
	): T | Promise<T> {
		if (!this.#breaker.mayAsk()) {
			return this.#otherwise(question, client, about, how);
		}

		try {
			const answer = question.ask(this.#store, client, about, how);
			if (isPromise(answer)) {
				return this.#await(answer, question, client, about, how);
			}

			if (this.#isTrusted) {
				this.#breaker.succeeded();
				return answer;
			}

			const read = question.read(answer, about);
			this.#breaker.succeeded();
			this.#learn(question, client, read, how, this.#fallback.changes.mark);
			return read;
		} catch (error) {
			this.#breaker.failed(error);
			return this.#otherwise(question, client, about, how);
		}
	}

	async #await<T, About, How>(
		pending: PromiseLike<T>,
		question: Question<T, About, How>,
		client: string,
		about: About,
		how: How,
	): Promise<T> {
		const mark = this.#fallback.changes.mark;
		try {
			const {value} = await inTime(pending, this.#options.timeout);
			const answer = question.read(value, about);
			this.#breaker.succeeded();
			this.#learn(question, client, answer, how, mark);
			return answer;
		} catch (error) {
			this.#breaker.failed(error);
			return this.#otherwise(question, client, about, how);
		}
	}

	/** @param mark when the question was asked */
	#learn<T, How>(
		{learn, isReport}: Question<T, never, How>,
		client: string,
		answer: T,
		how: How,
		mark: number,
	): void {
		const {changes} = this.#fallback;
		if (!changes.isSince(mark, client)) {
			learn(this.#fallback, client, answer, how);
		}

		if (isReport) {
			// It may have begun a ban: an admission that was asked for before says nothing of that.
			changes.made(client);
		}
	}

	/** The policy's answer. */
	#otherwise<T, About, How>(
		question: Question<T, About, How>,
		client: string,
		about: About,
		how: How,
	): T | Promise<T> {
		const {policy} = this.#options;
		if (question.isReport) {
			this.#closeForAWhile();
		}

		return policy === 'memory'
			? question.ask(this.#fallback, client, about, how)
			: question.otherwise(policy);
	}
}

/** Not one that somebody has wrapped or extended, to trace it say. */
function isMemory({admit, report}: Store): boolean {
	const {prototype} = MemoryStore;

	return admit === prototype.admit && report === prototype.report;
}

function warnFailing(warn: Warn, policy: StoreErrorPolicy, error: unknown): void {
	warn(
		'GATEKEEPER_STORE_FAILED',
		() =>
			`The store failed, so that onStoreError: '${policy}' decides where it does not answer (${shown(error)})`,
	);
}

function warnWorking(warn: Warn): void {
	warn('GATEKEEPER_STORE_RECOVERED', () => 'The store has answered for a while again');
}
