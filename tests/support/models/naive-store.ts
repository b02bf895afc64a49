import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {
	AdmitOptions,
	Banned,
	NewBan,
	Quota,
	Report,
	ReportOutcome,
	Store,
	StoredBan,
	Verdict,
} from '../../../source/stores/store.ts';

/** A request or a report at one instant. */
interface Counted {
	readonly client: string;
	readonly rule: Rule;
	readonly at: number;
	/** How many reports it counts for; 1 for a request. */
	readonly weight: number;
}

interface Ban {
	readonly cause: Omit<Banned, 'kind' | 'endsInMs'>;
	readonly end: number;
}

/**
 * The contract in its plainest form: keeps every time forever, and counts everything again for each
 * question.
 */
export class NaiveStore implements Store {
	readonly shared = false;
	/** Milliseconds; the test sets it. */
	now: number;
	#requests: Counted[] = [];
	#reports: Counted[] = [];
	readonly #bans = new Map<string, Ban>();

	constructor(now = 0) {
		this.now = now;
	}

	admit(client: string, rules: readonly Rule[], {immune, late}: AdmitOptions): Verdict {
		const ban = this.#banOf(client);
		if (ban && !immune) {
			return {kind: 'banned', ...ban.cause, endsInMs: ban.end - this.now};
		}

		const full = rules.filter(rule => this.#timesOf(client, rule).length >= rule.count);
		if (full.length === 0 || late) {
			this.#requests.push(...rules.map(rule => ({client, rule, at: this.now, weight: 1})));
		}

		return full.length === 0
			? {kind: 'admitted', quotas: rules.map(rule => this.#quota(client, rule))}
			: {kind: 'limited', quotas: full.map(rule => this.#quota(client, rule))};
	}

	report(client: string, banRule: SettledBanRule, {weight, reason}: Report): ReportOutcome {
		const ban = this.#banOf(client);
		if (ban) {
			return {reports: 0, banEndsInMs: ban.end - this.now};
		}

		this.#reports.push({client, rule: banRule, at: this.now, weight});
		const reports = this.#within(this.#reports, client, banRule).reduce(
			(sum, report) => sum + report.weight,
			0,
		);
		if (reports < banRule.count) {
			return {reports};
		}

		this.#begin(client, 'reports', {duration: banRule.duration, reason});
		return {reports, banEndsInMs: banRule.duration};
	}

	ban(client: string, ban: NewBan): void {
		this.#begin(client, 'hand', ban);
	}

	unban(client: string): void {
		this.#bans.delete(client);
		this.#forgetReports(client);
	}

	reset(client: string): void {
		this.#requests = this.#requests.filter(request => request.client !== client);
		this.#forgetReports(client);
	}

	bans(): StoredBan[][] {
		return [...this.#bans]
			.filter(([, {end}]) => end > this.now)
			.map(([client, {cause, end}]) => [{client, ...cause, endsInMs: end - this.now}]);
	}

	close(): void {}

	/** The future moments at which something leaves its window or a ban ends, in order. */
	moments(): number[] {
		const moments = [
			...[...this.#requests, ...this.#reports].map(({rule, at}) => at + rule.window),
			...[...this.#bans.values()].map(({end}) => end),
		];

		return [...new Set(moments)]
			.filter(moment => moment > this.now && moment < Infinity)
			.sort((one, other) => one - other);
	}

	#begin(
		client: string,
		by: Banned['by'],
		{duration, reason}: {duration: number; reason?: string | undefined},
	): void {
		const cause = reason === undefined ? {by} : {by, reason};
		this.#bans.set(client, {cause, end: this.now + duration});
		this.#forgetReports(client);
	}

	#forgetReports(client: string): void {
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	#banOf(client: string): Ban | undefined {
		const ban = this.#bans.get(client);
		return ban && this.now < ban.end ? ban : undefined;
	}

	/** What was counted in the window (now − window, now] of a rule. */
	#within(all: readonly Counted[], client: string, rule: Rule): Counted[] {
		return all.filter(
			counted =>
				counted.client === client &&
				counted.rule.id === rule.id &&
				counted.at > this.now - rule.window,
		);
	}

	#timesOf(client: string, rule: Rule): number[] {
		return this.#within(this.#requests, client, rule).map(({at}) => at);
	}

	/** Late requests can exceed the count. Then the `count`th last request frees a slot, not the oldest. */
	#quota(client: string, rule: Rule): Quota {
		const times = this.#timesOf(client, rule);
		const [frees = Number.NaN] = times.slice(-rule.count);

		return {
			rule,
			remaining: Math.max(0, rule.count - times.length),
			freesInMs: frees + rule.window - this.now,
		};
	}
}
