import type {
	BanOutcome,
	NewBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../../../source/stores/ban-records.ts';
import type {Inspection} from '../../../source/stores/inspection.ts';
import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {Store} from '../../../source/stores/store.ts';
import type {AdmitOptions, Counted, Quota, Verdict} from '../../../source/stores/verdict.ts';
import {NaiveBans} from './naive-bans.ts';

/** A unit of a request's cost, or a report, at one instant. */
interface Occurrence {
	readonly client: string;
	readonly rule: Rule;
	readonly at: number;
	/** How many reports it counts for; 1 for a unit. */
	readonly weight: number;
}

interface Receipt {
	readonly at: number;
	readonly resets: number;
}

interface Strikes {
	readonly count: number;
	readonly until: number;
}

/**
 * The contract in its plainest form: keeps every time forever, and counts everything again for each
 * question.
 */
export class NaiveStore implements Store {
	readonly shared = false;
	readonly #clock: {now: number};
	#requests: Occurrence[] = [];
	#reports: Occurrence[] = [];
	readonly #bans: NaiveBans;
	readonly #ranges: NaiveBans;
	readonly #strikes = new Map<string, Strikes>();
	readonly #resets = new Map<string, number>();
	#sibling: NaiveStore | undefined;

	constructor(now = 0, clock = {now}) {
		this.#clock = clock;
		this.#bans = new NaiveBans(clock);
		this.#ranges = new NaiveBans(clock);
	}

	/** Milliseconds; the test sets it. */
	get now(): number {
		return this.#clock.now;
	}

	set now(now: number) {
		this.#clock.now = now;
	}

	admit(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict {
		const ban = this.#bans.find(client);
		if (ban && !options.immune) {
			return {kind: 'banned', ...ban.cause, endsInMs: ban.end - this.now};
		}

		const {costs} = options;
		const asked = rules.map((rule, index) => ({rule, cost: costs?.[index] ?? 1}));
		const full = asked.filter(
			({rule, cost}) => cost > 0 && this.#timesOf(client, rule).length + cost > rule.count,
		);
		if ((full.length === 0 || options.late) && !options.peek) {
			for (const {rule, cost} of asked) {
				this.#count(client, rule, Math.min(cost, rule.count));
			}
		}

		if (full.length > 0) {
			const quotas = full.map(({rule, cost}) => this.#fullQuota(client, rule, cost));
			return {kind: 'limited', quotas};
		}

		const quotas = rules.map(rule => this.#quota(client, rule));
		const counted = asked
			.filter(({cost}) => cost > 0 && !options.peek)
			.map(one => ({...one, receipt: {at: this.now, resets: this.#resetsOf(client)}}));
		return {kind: 'admitted', quotas, ...(options.returnable && {counted})};
	}

	giveBack(client: string, counted: readonly Counted[]): void {
		for (const {rule, cost, receipt} of counted) {
			const {at, resets} = (receipt ?? {}) as Partial<Receipt>;
			if (resets !== this.#resetsOf(client)) {
				continue;
			}

			const own = this.#requests.filter(
				request => request.client === client && request.rule.id === rule.id && request.at === at,
			);
			const returned = new Set(own.slice(0, cost));
			this.#requests = this.#requests.filter(request => !returned.has(request));
		}
	}

	report(client: string, banRule: SettledBanRule, {weight, reason}: Report): ReportOutcome {
		const ban = this.#bans.find(client);
		if (ban && !this.#bans.countsReports(ban)) {
			return {reports: 0, banEndsInMs: ban.end - this.now};
		}

		this.#reports.push({client, rule: banRule, at: this.now, weight});
		const reports = this.#reportsOf(client, banRule);
		if (reports < banRule.count) {
			return ban ? {reports, banEndsInMs: ban.end - this.now} : {reports};
		}

		const {duration, strike} = this.#nextBan(client, banRule);
		const terms = {duration, ...(reason !== undefined && {reason})};
		this.#bans.beginByReports(client, terms, strike);
		this.#forgetReports(client, banRule);
		return {
			reports,
			banEndsInMs: this.#endsInMs(client),
			begunForMs: duration,
			...(strike !== undefined && {strike}),
		};
	}

	ban(client: string, ban: NewBan): BanOutcome {
		this.#bans.begin(client, ban);
		if (!ban.isTrap) {
			this.#forgetReports(client);
		}

		return {banEndsInMs: this.#endsInMs(client)};
	}

	unban(client: string): void {
		this.#bans.end(client);
		this.#forgetReports(client);
		this.#strikes.delete(client);
	}

	reset(client: string): void {
		this.#requests = this.#requests.filter(request => request.client !== client);
		this.#forgetReports(client);
		this.#resets.set(client, this.#resetsOf(client) + 1);
	}

	inspect(client: string, rules: readonly Rule[], banRule: SettledBanRule | undefined): Inspection {
		const ban = this.#bans.list().find(each => each.client === client);

		return {
			...(ban && {ban}),
			reports: banRule ? this.#reportsOf(client, banRule) : 0,
			strike: this.#strikesOf(client),
			quotas: rules.map(rule => this.#quota(client, rule)),
		};
	}

	bans(): StoredBan[][] {
		return this.#bans.list().map(ban => [ban]);
	}

	banRange(range: string, ban: NewBan): void {
		const others = this.#ranges.list().filter(({client}) => client !== range);
		if (others.length >= 1000) {
			throw new Error('There are 1,000 ranges');
		}

		this.#ranges.begin(range, ban);
	}

	unbanRange(range: string): void {
		this.#ranges.end(range);
	}

	ranges(): StoredBan[] {
		return this.#ranges.list();
	}

	sibling(): NaiveStore {
		this.#sibling ??= new NaiveStore(this.now, this.#clock);
		return this.#sibling;
	}

	close(): void {}

	/** The future moments at which something leaves its window, ends or is forgotten, in order. */
	moments(): number[] {
		const moments = [
			...[...this.#requests, ...this.#reports].map(({rule, at}) => at + rule.window),
			...[...this.#strikes.values()].map(({until}) => until),
			...this.#bans.ends(),
			...this.#ranges.ends(),
		];

		return [...new Set(moments)]
			.filter(moment => moment > this.now && moment < Infinity)
			.sort((one, other) => one - other);
	}

	/** Late requests can exceed the count. Only the last `count` units matter then, whatever is given back. */
	#count(client: string, rule: Rule, units: number): void {
		const now = Array.from({length: units}, () => ({client, rule, at: this.now, weight: 1}));
		const all = [...this.#within(this.#requests, client, rule), ...now];
		const dropped = new Set(all.slice(0, Math.max(0, all.length - rule.count)));
		this.#requests = [...this.#requests, ...now].filter(unit => !dropped.has(unit));
	}

	/** How long the next ban by reports lasts, and which of the client's it is. */
	#nextBan(
		client: string,
		{durations, forgetAfter}: SettledBanRule,
	): {duration: number; strike?: number} {
		if (forgetAfter === undefined) {
			return {duration: durations[0]};
		}

		const strike = this.#strikesOf(client) + 1;
		const lasts = durationOf(strike, durations);
		this.#strikes.set(client, {
			count: strike,
			until: this.now + lasts + forgetAfter,
		});
		return {duration: lasts, strike};
	}

	#reportsOf(client: string, banRule: SettledBanRule): number {
		return this.#within(this.#reports, client, banRule).reduce((sum, {weight}) => sum + weight, 0);
	}

	#strikesOf(client: string): number {
		const strikes = this.#strikes.get(client);
		return strikes && this.now < strikes.until ? strikes.count : 0;
	}

	#resetsOf(client: string): number {
		return this.#resets.get(client) ?? 0;
	}

	/** Those under one rule, or all. */
	#forgetReports(client: string, rule?: Rule): void {
		this.#reports = this.#reports.filter(
			report => report.client !== client || (rule && report.rule.id !== rule.id),
		);
	}

	#endsInMs(client: string): number {
		return (this.#bans.find(client)?.end ?? Number.NaN) - this.now;
	}

	/** What was counted in the window (now − window, now] of a rule. */
	#within(all: readonly Occurrence[], client: string, rule: Rule): Occurrence[] {
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

	#quota(client: string, rule: Rule): Quota {
		const times = this.#timesOf(client, rule);
		const [first = this.now] = times;

		return {rule, remaining: rule.count - times.length, freesInMs: first + rule.window - this.now};
	}

	#fullQuota(client: string, rule: Rule, cost: number): Quota {
		const times = this.#timesOf(client, rule);
		const mustLeave = times.length + cost - rule.count;
		const last = cost > rule.count ? this.now : (times[mustLeave - 1] ?? Number.NaN);

		return {rule, remaining: rule.count - times.length, freesInMs: last + rule.window - this.now};
	}
}

function durationOf(strike: number, durations: readonly number[]): number {
	return durations[strike - 1] ?? durations.at(-1) ?? Number.NaN;
}
