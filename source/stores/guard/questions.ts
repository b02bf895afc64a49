import type {Rule, SettledBanRule} from '../../options/rules.ts';
import type {MemoryStore} from '../memory/memory-store.ts';
import {
	type AdmitOptions,
	admitted,
	type Report,
	type ReportOutcome,
	type Store,
	type Verdict,
} from '../store.ts';
import {readOutcome, readVerdict} from './check-answer.ts';

/**
 * What happens while the store fails: `'memory'`, the same rules in this process; `'open'`, all are
 * admitted; `'closed'`, all are refused with 503.
 */
export type StoreErrorPolicy = 'memory' | 'open' | 'closed';

/** Refused because the store fails and the policy is `'closed'`. */
export interface Unavailable {
	readonly kind: 'unavailable';
}

export const unavailable: Unavailable = {kind: 'unavailable'};
const notCounted: ReportOutcome = {reports: 0};

/** A store's verdict, or that there is none. */
export type GuardedVerdict = Verdict | Unavailable;

/** What is asked of a store, and which answer will do. */
export interface Question<T, About, How> {
	readonly ask: (store: Store, client: string, about: About, how: How) => T | Promise<T>;
	/** Throws for what will not do. */
	readonly read: (answer: unknown, about: About) => T;
	/** Whether it is a report. */
	readonly isReport: boolean;
	/** The answer while the store fails, but under `'memory'`. */
	readonly otherwise: (policy: StoreErrorPolicy) => T;
	/** Tells the memory of this process what the answer says of the client's ban. */
	readonly learn: (memory: MemoryStore, client: string, answer: T, how: How) => void;
}

export const admission: Question<GuardedVerdict, readonly Rule[], AdmitOptions> = {
	isReport: false,
	ask: (store, client, rules, options) => store.admit(client, rules, options),
	read: readVerdict,
	otherwise: policy => (policy === 'open' ? admitted : unavailable),
	learn: (memory, client, verdict, {immune}) => {
		if (verdict.kind === 'banned') {
			memory.learnBan(client, verdict.by, verdict.endsInMs, verdict.reason);
		} else if (!immune) {
			memory.endBan(client);
		}
	},
};

export const reporting: Question<ReportOutcome, SettledBanRule, Report> = {
	isReport: true,
	ask: (store, client, banRule, report) => store.report(client, banRule, report),
	read: readOutcome,
	otherwise: () => notCounted,
	learn: (memory, client, {reports, banEndsInMs}, {reason}) => {
		// Of a ban that was there before the report, only the end is told.
		if (banEndsInMs !== undefined && reports > 0) {
			memory.learnBan(client, 'reports', banEndsInMs, reason);
		}
	},
};
