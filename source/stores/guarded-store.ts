import type {Rule, SettledBanRule} from '../rules.ts';
import type {Warn} from '../warnings.ts';
import {isPromise} from '../when-answered.ts';
import {checked, type IsAnswer, isReportOutcome, isVerdict, shown} from './answers.ts';
import {inTime} from './in-time.ts';
import {MemoryStore} from './memory/memory-store.ts';
import {
	type AdmitOptions,
	admitted,
	type Report,
	type ReportOutcome,
	type Store,
	timeOf,
	type Verdict,
} from './store.ts';

/**
 * What happens while the store fails: `'memory'`, the same rules in this process; `'open'`, all are
 * admitted; `'closed'`, all are refused with 503.
 */
export type StoreErrorPolicy = 'memory' | 'open' | 'closed';

/** Refused because the store fails and the policy is `'closed'`. */
export interface Unavailable {
	readonly kind: 'unavailable';
}

const unavailable: Unavailable = {kind: 'unavailable'};
const notCounted: ReportOutcome = {reports: 0};

/** A store's verdict, or that there is none. */
export type GuardedVerdict = Verdict | Unavailable;

interface GuardedStoreOptions {
	readonly policy: StoreErrorPolicy;
	/** Milliseconds that the store has for an answer. */
	readonly timeout: number;
	readonly warn: Warn;
}

/** What is asked of a store, and which answer will do. */
interface Question<T, About, How> {
	readonly ask: (store: Store, client: string, about: About, how: How) => T | Promise<T>;
	readonly isAnswer: IsAnswer;
	/** The answer while the store fails, but under `'memory'`. */
	readonly otherwise: (policy: StoreErrorPolicy) => T;
}

const admission: Question<GuardedVerdict, readonly Rule[], AdmitOptions> = {
	ask: (store, client, rules, options) => store.admit(client, rules, options),
	isAnswer: isVerdict,
	otherwise: policy => (policy === 'open' ? admitted : unavailable),
};

const reporting: Question<ReportOutcome, SettledBanRule, Report> = {
	ask: (store, client, banRule, report) => store.report(client, banRule, report),
	isAnswer: isReportOutcome,
	otherwise: () => notCounted,
};

/**
 * Puts a store's decisions under a policy: they never throw nor reject. Where the store throws,
 * rejects, answers nonsense, or has not answered in time, the policy answers in its place.
 */
export class GuardedStore {
	readonly #store: Store;
	readonly #options: GuardedStoreOptions;
	#fallback: MemoryStore | undefined;

	constructor(store: Store, options: GuardedStoreOptions) {
		this.#store = store;
		this.#options = options;
	}

	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): GuardedVerdict | Promise<GuardedVerdict> {
		return this.#answer(admission, client, rules, options);
	}

	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
	): ReportOutcome | Promise<ReportOutcome> {
		return this.#answer(reporting, client, banRule, report);
	}

	/** What the operator does holds for what was decided while the store failed, too. */
	ban(client: string, ban: {duration: number; reason?: string}): void {
		this.#fallback?.ban(client, ban);
	}

	unban(client: string): void {
		this.#fallback?.unban(client);
	}

	reset(client: string): void {
		this.#fallback?.reset(client);
	}

	close(): void {
		this.#fallback?.close();
	}

	/** Every request runs this: where the store answers at once, nothing else is made. */
	#answer<T, About, How>(
		question: Question<T, About, How>,
		client: string,
		about: About,
		how: How,
	): T | Promise<T> {
		try {
			const answer = question.ask(this.#store, client, about, how);

			return isPromise(answer)
				? inTime(answer, this.#options.timeout)
						.then(later => checked(later, question.isAnswer))
						.catch(error => this.#failed(error, question, client, about, how))
				: checked(answer, question.isAnswer);
		} catch (error) {
			return this.#failed(error, question, client, about, how);
		}
	}

	#failed<T, About, How>(
		error: unknown,
		{ask, otherwise}: Question<T, About, How>,
		client: string,
		about: About,
		how: How,
	): T | Promise<T> {
		const {policy, warn} = this.#options;
		warn(
			'GATEKEEPER_STORE_FAILED',
			() =>
				`The store failed, so that onStoreError: '${policy}' decides meanwhile (${shown(error)})`,
		);
		if (policy !== 'memory') {
			return otherwise(policy);
		}

		this.#fallback ??= new MemoryStore({clock: () => timeOf(this.#store)});
		return ask(this.#fallback, client, about, how);
	}
}
