import {
	type AnswerModel,
	aWindow,
	policies,
	quoted,
	type RuleModel,
	times,
	wholeSeconds,
} from './answer-model.ts';

export interface BanModel extends RuleModel {
	readonly duration: number;
}

export interface ClientModel {
	readonly key: string;
	/** It came from our proxy without an address of its own. */
	readonly immune: boolean;
}

export interface RouteModel {
	/** In the order in which they stand before the handler. */
	readonly marks: ReadonlyArray<'bypass' | SpecificModel>;
	/** The weights of the reports that the handler makes, before it answers with `status`. */
	readonly reports: readonly number[];
	readonly status: number;
}

export interface SpecificModel {
	readonly rules: readonly RuleModel[];
	readonly standalone: boolean;
}

interface Counted {
	readonly client: string;
	readonly rule: RuleModel;
	readonly at: number;
}

interface Ban {
	readonly by: 'reports' | 'hand';
	readonly until: number;
}

/**
 * The design's table "What counts, exactly" in its plainest form: every time is kept, and all is counted
 * anew for each question.
 */
export class GateModel {
	now: number;
	readonly #global: readonly RuleModel[];
	readonly #banRule: BanModel | undefined;
	readonly #excludedMethods: readonly string[];
	#requests: Counted[] = [];
	#reports: Counted[] = [];
	readonly #bans = new Map<string, Ban>();

	constructor(options: {
		now: number;
		global: readonly RuleModel[];
		banRule: BanModel | undefined;
		excludedMethods: readonly string[];
	}) {
		this.now = options.now;
		this.#global = options.global;
		this.#banRule = options.banRule;
		this.#excludedMethods = options.excludedMethods;
	}

	/** What a request is answered; no route is a 404. */
	request(client: ClientModel, method: string, route: RouteModel | undefined): AnswerModel {
		const asked: RuleModel[] = [];
		const items: string[] = [];

		for (const rules of this.#questions(method, route)) {
			const ban = client.immune ? undefined : this.#banOf(client.key);
			if (ban) {
				return this.#banned(ban);
			}

			asked.push(...rules);
			const full = rules.filter(rule => this.#left(client.key, rule) === 0);
			if (full.length > 0) {
				return this.#limited(client.key, full, asked);
			}

			this.#requests.push(...rules.map(rule => ({client: client.key, rule, at: this.now})));
			items.push(...rules.map(rule => this.#item(client.key, rule)));
		}

		for (const weight of client.immune ? [] : (route?.reports ?? [])) {
			this.#report(client.key, weight);
		}

		return {
			status: route?.status ?? 404,
			ran: route !== undefined,
			retryAfter: undefined,
			policy: asked.length > 0 ? policies(asked) : undefined,
			rateLimit: asked.length > 0 ? items.join(', ') : undefined,
			told: undefined,
		};
	}

	/** A ban by hand: as long as the ban rule's, else without end. */
	ban(client: string): void {
		this.#begin(client, 'hand', this.#banRule?.duration ?? Infinity);
	}

	unban(client: string): void {
		this.#bans.delete(client);
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	reset(client: string): void {
		this.#requests = this.#requests.filter(request => request.client !== client);
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	/** The moments to come at which something leaves its window or a ban ends, in order. */
	moments(): number[] {
		const moments = [
			...[...this.#requests, ...this.#reports].map(({rule, at}) => at + rule.window),
			...[...this.#bans.values()].map(({until}) => until),
		];

		return [...new Set(moments)]
			.filter(moment => moment > this.now && moment < Infinity)
			.sort((one, other) => one - other);
	}

	/** The rules of one question after the other; even an empty one asks about the ban. */
	#questions(method: string, route: RouteModel | undefined): Array<readonly RuleModel[]> {
		const marks = route?.marks ?? [];
		if (marks.includes('bypass')) {
			return [];
		}

		const specifics = marks.filter(mark => mark !== 'bypass');
		const isExempt =
			specifics.some(({standalone}) => standalone) || this.#excludedMethods.includes(method);
		return [isExempt ? [] : this.#global, ...specifics.map(({rules}) => rules)];
	}

	#report(client: string, weight: number): void {
		const rule = this.#banRule;
		if (rule === undefined || this.#banOf(client)) {
			return;
		}

		for (let one = 0; one < weight; one += 1) {
			this.#reports.push({client, rule, at: this.now});
		}

		if (this.#within(this.#reports, client, rule).length >= rule.count) {
			this.#begin(client, 'reports', rule.duration);
		}
	}

	#begin(client: string, by: Ban['by'], duration: number): void {
		this.#bans.set(client, {by, until: this.now + duration});
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	#banOf(client: string): Ban | undefined {
		const ban = this.#bans.get(client);
		return ban && this.now < ban.until ? ban : undefined;
	}

	#banned({by, until}: Ban): AnswerModel {
		const seconds = wholeSeconds(until - this.now);
		const rule = by === 'reports' ? this.#banRule : undefined;
		const length = until === Infinity ? '' : ` for ${seconds}s`;
		const cause = rule ? ` (reported ${times(rule.count, 'time')} in ${aWindow(rule)})` : '';

		return {
			status: 403,
			ran: false,
			retryAfter: until === Infinity ? undefined : String(seconds),
			policy: undefined,
			rateLimit: undefined,
			told: {
				text: `banned${length}${cause}`,
				type: 'abnormal-usage-detected',
				violated: rule ? [rule.name] : [],
			},
		};
	}

	#limited(client: string, full: readonly RuleModel[], asked: readonly RuleModel[]): AnswerModel {
		const frees = full.map(rule => this.#freesIn(client, rule));
		const longest = Math.max(...frees);
		const last = full[frees.indexOf(longest)] ?? {name: '', count: 0, window: 0};
		const seconds = wholeSeconds(longest);

		return {
			status: 429,
			ran: false,
			retryAfter: String(seconds),
			policy: policies(asked),
			rateLimit: full.map(rule => this.#item(client, rule)).join(', '),
			told: {
				text: `rate limited for ${seconds}s (over ${times(last.count, 'request')} in ${aWindow(last)})`,
				type: 'quota-exceeded',
				violated: full.map(({name}) => name),
			},
		};
	}

	#item(client: string, rule: RuleModel): string {
		const left = this.#left(client, rule);
		const share = Math.ceil((rule.window * left) / rule.count / 1000);
		const seconds = Math.max(wholeSeconds(this.#freesIn(client, rule)), share);

		return `${quoted(rule.name)};r=${left};t=${seconds}`;
	}

	#left(client: string, rule: RuleModel): number {
		return rule.count - this.#within(this.#requests, client, rule).length;
	}

	#freesIn(client: string, rule: RuleModel): number {
		const ats = this.#within(this.#requests, client, rule).map(({at}) => at);
		return Math.min(...ats) + rule.window - this.now;
	}

	/** What was counted at a time in (now − window, now]; a counter is its name, count and window. */
	#within(all: readonly Counted[], client: string, rule: RuleModel): Counted[] {
		return all.filter(
			counted =>
				counted.client === client &&
				counted.rule.name === rule.name &&
				counted.rule.count === rule.count &&
				counted.rule.window === rule.window &&
				counted.at > this.now - rule.window,
		);
	}
}
