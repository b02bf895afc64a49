import type {BanOutcome, NewBan, Report, ReportOutcome} from '../ban-records.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Store} from '../store.ts';
import type {AdmitOptions, Counted} from '../verdict.ts';
import {checkedBanOutcome, checkedOutcome, checkedVerdict} from './check-reply.ts';
import {
	admittedUnasked,
	type GuardedVerdict,
	type StoreErrorPolicy,
	unavailable,
} from './failure-policy.ts';
import type {FallbackStore} from './fallback-store.ts';
import {priorities} from './in-flight-limit.ts';
import type {RecentOutcomes} from './recent-outcomes.ts';
import type {Call} from './store-caller.ts';

/** What a store is asked for, how its reply is read, and what the policy decides without it. */
export class Calls {
	readonly #store: Store;
	readonly #policy: StoreErrorPolicy;
	readonly #fallback: FallbackStore;
	readonly #recent: RecentOutcomes;

	constructor(
		store: Store,
		policy: StoreErrorPolicy,
		fallback: FallbackStore,
		recent: RecentOutcomes,
	) {
		this.#store = store;
		this.#policy = policy;
		this.#fallback = fallback;
		this.#recent = recent;
	}

	admission(client: string, rules: readonly Rule[], options: AdmitOptions): Call<GuardedVerdict> {
		const policy = this.#policy;
		const fallback = this.#fallback;

		return {
			client,
			priority: rules.length > 0 ? priorities.count : priorities.onlyBan,
			ask: asking => this.#store.admit(client, rules, options, asking),
			read: reply => checkedVerdict(reply, rules),
			learn: (verdict, version) => fallback.learn.verdict(client, verdict, options, version),
			decideWithout: () => {
				if (policy === 'memory') {
					return fallback.admit(client, rules, options);
				}

				return policy === 'open' ? admittedUnasked : unavailable;
			},
		};
	}

	giveBack(client: string, counted: readonly Counted[]): Call<void> {
		return {
			client,
			priority: priorities.change,
			ask: asking => this.#store.giveBack(client, counted, asking),
			read: () => {},
			learn: () => {},
			decideWithout: () => {},
		};
	}

	ban(client: string, ban: NewBan): Call<BanOutcome> {
		const fallback = this.#fallback;

		return {
			client,
			priority: priorities.change,
			ask: asking => this.#store.ban(client, ban, asking),
			read: checkedBanOutcome,
			learn: (outcome, version) => {
				this.#recent.learnBan(client, outcome, version);
				fallback.learn.trap(client, ban, outcome, version);
			},
			decideWithout: version => {
				fallback.closedSlots.close(client);
				return fallback.banUnlessChanged(client, ban, version);
			},
		};
	}

	report(client: string, banRule: SettledBanRule, report: Report): Call<ReportOutcome> {
		const fallback = this.#fallback;

		return {
			client,
			priority: priorities.change,
			ask: asking => this.#store.report(client, banRule, report, asking),
			read: checkedOutcome,
			learn: (outcome, version) => {
				this.#recent.learnReport(client, outcome, version);
				fallback.learn.report(client, outcome, report.reason, version);
			},
			decideWithout: () => {
				fallback.closedSlots.close(client);

				return this.#policy === 'memory' ? fallback.report(client, banRule, report) : {reports: 0};
			},
		};
	}
}
