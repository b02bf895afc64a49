import type {Rule, SettledBanRule} from '../rules.ts';
import type {Warn} from '../warnings.ts';
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
import {isPromise} from './when-answered.ts';

/**
 * What happens while the store fails: `'memory'`, the same rules in this process; `'open'`, all are
 * admitted; `'closed'`, all are refused with 503.
 */
export type StoreErrorPolicy = 'memory' | 'open' | 'closed';

/** Refused because the store fails and the policy is `'closed'`. */
export interface Unavailable {
	readonly kind: 'unavailable';
}

/** What the gate goes by: a store's verdict, or that there is none. */
export type GateVerdict = Verdict | Unavailable;

interface GuardedStoreOptions {
	readonly policy: StoreErrorPolicy;
	/** Milliseconds that the store has for an answer. */
	readonly timeout: number;
	readonly warn: Warn;
}

/**
 * Puts a store's decisions under a policy: they never throw nor reject. Where the store throws,
 * rejects, or has not answered in time, the policy answers in its place.
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
	): GateVerdict | Promise<GateVerdict> {
		return this.#answer<GateVerdict>(
			store => store.admit(client, rules, options),
			this.#options.policy === 'open' ? admitted : {kind: 'unavailable'},
		);
	}

	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
	): ReportOutcome | Promise<ReportOutcome> {
		return this.#answer(store => store.report(client, banRule, report), {reports: 0});
	}

	/** What the operator undoes is undone in what was counted while the store failed, too. */
	unban(client: string): void {
		this.#fallback?.unban(client);
	}

	reset(client: string): void {
		this.#fallback?.reset(client);
	}

	close(): void {
		this.#fallback?.close();
	}

	#answer<T>(ask: (store: Store) => T | Promise<T>, otherwise: T): T | Promise<T> {
		try {
			const answer = ask(this.#store);

			return isPromise(answer)
				? inTime(answer, this.#options.timeout).catch(error => this.#failed(error, ask, otherwise))
				: answer;
		} catch (error) {
			return this.#failed(error, ask, otherwise);
		}
	}

	#failed<T>(error: unknown, ask: (store: Store) => T | Promise<T>, otherwise: T): T | Promise<T> {
		const {policy, warn} = this.#options;
		warn(
			'GATEKEEPER_STORE_FAILED',
			`The store failed, so that onStoreError: '${policy}' decides meanwhile (${error})`,
		);
		if (policy !== 'memory') {
			return otherwise;
		}

		this.#fallback ??= new MemoryStore({clock: () => timeOf(this.#store)});
		return ask(this.#fallback);
	}
}
