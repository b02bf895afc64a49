import {inspect, isDeepStrictEqual} from 'node:util';
import type {TestFn} from 'ava';
import fc from 'fast-check';
import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';
import type {
	AdmitOptions,
	Quota,
	Report,
	ReportOutcome,
	Store,
	StoredBan,
	Verdict,
} from '../../../source/stores/store.ts';
import type {OpenedStore} from '../../stores/contract/promised.ts';
import type {OpenStore} from '../../stores/contract.ts';

/** Something counted at one instant: a request (worth 1) or a report. */
interface Counted {
	readonly client: string;
	readonly rule: Rule;
	readonly at: number;
	readonly worth: number;
}

interface Ban {
	readonly why: {readonly by: 'reports' | 'hand'; readonly reason?: string};
	readonly end: number;
}

/**
 * The contract in its plainest form: every time is kept for ever, and everything is counted anew for
 * each question.
 */
class Model implements Store {
	readonly shared = false;
	now = 0;
	#requests: Counted[] = [];
	#reports: Counted[] = [];
	readonly #bans = new Map<string, Ban>();

	admit(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict {
		const ban = this.#banOf(client);
		if (ban && !options.immune) {
			return {kind: 'banned', ...ban.why, endsInMs: ban.end - this.now};
		}

		const full = rules.filter(rule => this.#timesOf(client, rule).length >= rule.count);
		if (full.length === 0 || options.late) {
			this.#requests.push(...rules.map(rule => ({client, rule, at: this.now, worth: 1})));
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

		this.#reports.push({client, rule: banRule, at: this.now, worth: weight});
		const reports = this.#reports
			.filter(report => this.#counts(report, client, banRule))
			.reduce((sum, report) => sum + report.worth, 0);
		if (reports < banRule.count) {
			return {reports};
		}

		this.#begin(client, 'reports', banRule.duration, reason);
		return {reports, banEndsInMs: banRule.duration};
	}

	ban(client: string, {duration, reason}: {duration: number; reason?: string}): void {
		this.#begin(client, 'hand', duration, reason);
	}

	unban(client: string): void {
		this.#bans.delete(client);
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	reset(client: string): void {
		this.#requests = this.#requests.filter(request => request.client !== client);
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	bans(): StoredBan[][] {
		return [...this.#bans]
			.filter(([, {end}]) => end > this.now)
			.map(([client, {why, end}]) => [{client, ...why, endsInMs: end - this.now}]);
	}

	close(): void {}

	/** The instants to come at which something leaves its window or a ban ends, in order. */
	edges(): number[] {
		const counted = [...this.#requests, ...this.#reports];
		const edges = [
			...counted.map(({rule, at}) => at + rule.window),
			...[...this.#bans.values()].map(({end}) => end),
		];

		return [...new Set(edges)]
			.filter(edge => edge > this.now && edge < Infinity)
			.sort((one, other) => one - other);
	}

	#begin(client: string, by: 'reports' | 'hand', duration: number, reason?: string): void {
		const why = reason === undefined ? {by} : {by, reason};
		this.#bans.set(client, {why, end: this.now + duration});
		this.#reports = this.#reports.filter(report => report.client !== client);
	}

	#banOf(client: string): Ban | undefined {
		const ban = this.#bans.get(client);
		return ban && this.now < ban.end ? ban : undefined;
	}

	/** Whether something lies in the rule's window (now − window, now]. */
	#counts(counted: Counted, client: string, rule: Rule): boolean {
		return (
			counted.client === client &&
			counted.rule.id === rule.id &&
			counted.at > this.now - rule.window
		);
	}

	#timesOf(client: string, rule: Rule): number[] {
		return this.#requests
			.filter(request => this.#counts(request, client, rule))
			.map(request => request.at);
	}

	/** Late requests may be more than fit: then not the oldest frees a slot, but the `count`th last. */
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

/** What happens to a store; rules are named by their place in the history's list. */
type Step = Pass | PassToEdge | Action;

interface Pass {
	do: 'pass';
	ms: number;
}

/** Until something leaves its window or a ban ends, or a little before or after. */
interface PassToEdge {
	do: 'edge';
	which: number;
	off: number;
}

type Action =
	| {do: 'admit'; client: string; rules: readonly number[]; late: boolean; immune: boolean}
	| {do: 'report'; client: string; banRule: number; weight: number; reason?: string}
	| {do: 'ban'; client: string; duration: number; reason?: string}
	| {do: 'unban' | 'reset'; client: string}
	| {do: 'list'};

interface History {
	readonly rules: readonly Rule[];
	readonly banRules: readonly SettledBanRule[];
	readonly steps: readonly Step[];
}

/**
 * Registers the properties that a store does what the model does, whatever happens.
 *
 * @param runs how many histories, in all
 */
export function agreesWithTheModel(
	test: TestFn,
	name: string,
	open: OpenStore,
	runs: number,
): void {
	const property = (title: string, histories: fc.Arbitrary<History>, numRuns: number) => {
		test(`${name}: ${title}`, async t => {
			await t.notThrowsAsync(() =>
				fc.assert(
					fc.asyncProperty(histories, async history => follow(await open(t), history)),
					{numRuns, includeErrorInReport: true},
				),
			);
		});
	};

	property('it agrees with the model on any history', anyHistory, Math.ceil(runs * 0.6));
	property('it agrees with the model on requests', ofRequests, Math.ceil(runs * 0.2));
	property('it agrees with the model on reports and bans', ofReports, Math.ceil(runs * 0.2));
	property('it agrees with the model on long histories', longHistory, Math.ceil(runs * 0.02));
}

/** @throws {Error} where the store answers otherwise than the model */
async function follow({store, pass}: OpenedStore, history: History): Promise<true> {
	const model = new Model();
	const steps: readonly Step[] = [...history.steps, {do: 'list'}];

	for (const [index, step] of steps.entries()) {
		if (step.do === 'pass' || step.do === 'edge') {
			const ms = step.do === 'pass' ? step.ms : untilEdge(model, step);
			model.now += ms;
			await pass(ms);
			continue;
		}

		const expected = await take(model, step, history);
		const got = await take(store, step, history);
		if (!isDeepStrictEqual(got, expected)) {
			throw new Error(
				`Step ${index} at ${model.now} ms, ${inspect(step)}:\n` +
					`expected ${inspect(expected, {depth: 4})}\ngot ${inspect(got, {depth: 4})}`,
			);
		}
	}

	return true;
}

function untilEdge(model: Model, {which, off}: PassToEdge): number {
	const edges = model.edges();
	const edge = edges[which % Math.max(1, edges.length)] ?? model.now;

	return Math.max(0, edge + off - model.now);
}

async function take(store: Store, step: Action, {rules, banRules}: History): Promise<unknown> {
	switch (step.do) {
		case 'admit': {
			const {client, late, immune} = step;
			return store.admit(client, asked(rules, step.rules), {late, immune});
		}

		case 'report': {
			const {client, banRule, do: _, ...report} = step;
			const [rule] = banRules.slice(banRule % banRules.length);
			return rule && store.report(client, rule, report);
		}

		case 'ban': {
			const {client, do: _, ...ban} = step;
			await store.ban(client, ban);
			return;
		}

		case 'unban':
		case 'reset': {
			await store[step.do](step.client);
			return;
		}

		case 'list': {
			const bans: StoredBan[] = [];
			for await (const page of store.bans()) {
				bans.push(...page);
			}

			return bans.sort((one, other) => (one.client < other.client ? -1 : 1));
		}
	}
}

/** The rules of one question: those at the places given, each name once as in a settled list. */
function asked(rules: readonly Rule[], places: readonly number[]): Rule[] {
	const chosen = places.flatMap(place => rules.slice(place % rules.length).slice(0, 1));
	const names = chosen.map(rule => rule.name);

	return chosen.filter((rule, index) => names.indexOf(rule.name) === index);
}

const DAY = 24 * 60 * 60 * 1000;
const count = fc.constantFrom(1, 1, 2, 2, 3, 5);
const span = fc.oneof(
	{weight: 5, arbitrary: fc.integer({min: 1, max: 40})},
	{weight: 2, arbitrary: fc.integer({min: 500, max: 2500})},
	{weight: 1, arbitrary: fc.constantFrom(DAY, 45 * DAY)},
);
const duration = fc.oneof(
	{weight: 9, arbitrary: span},
	{weight: 1, arbitrary: fc.constantFrom(60 * DAY, Infinity)},
);
const client = fc.constantFrom('a', 'a', 'a', 'a', 'b', '__proto__');
const reason = fc.constantFrom('spam', 'login', '');

/** Two of them have one name: other numbers are another counter, equal ones the same. */
const rules = fc
	.tuple(
		...['x', 'y', 'z', 'x'].map(name => fc.record({name: fc.constant(name), count, window: span})),
	)
	.map(all => all.map(withId));
const banRules = fc
	.tuple(
		...['ban', 'strict'].map(name =>
			fc.record({name: fc.constant(name), count, window: span, duration}),
		),
	)
	.map(all => all.map(withId));

const pass = fc.record({
	do: fc.constant('pass' as const),
	ms: fc.oneof({weight: 9, arbitrary: fc.integer({min: 1, max: 6})}, {weight: 1, arbitrary: span}),
});
const edge = fc.record({
	do: fc.constant('edge' as const),
	which: fc.nat({max: 3}),
	off: fc.constantFrom(-1, 0, 0, 1),
});
const admit = fc.record({
	do: fc.constant('admit' as const),
	client,
	rules: fc.oneof(
		{weight: 6, arbitrary: fc.array(fc.nat({max: 3}), {minLength: 1, maxLength: 3})},
		{weight: 1, arbitrary: fc.constant([])},
	),
	late: fc.constantFrom(false, false, false, true),
	immune: fc.constantFrom(false, false, false, true),
});
const report = fc.record(
	{
		do: fc.constant('report' as const),
		client,
		banRule: fc.nat({max: 1}),
		weight: fc.constantFrom(1, 1, 1, 2, 3, 7),
		reason,
	},
	{requiredKeys: ['do', 'client', 'banRule', 'weight']},
);
const ban = fc.record(
	{do: fc.constant('ban' as const), client, duration, reason},
	{requiredKeys: ['do', 'client', 'duration']},
);
const forgive = fc.record({do: fc.constantFrom('unban' as const, 'reset' as const), client});
const list = fc.record({do: fc.constant('list' as const)});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
	{weight: 2, arbitrary: pass},
	{weight: 3, arbitrary: edge},
	{weight: 14, arbitrary: admit},
	{weight: 5, arbitrary: report},
	{weight: 1, arbitrary: ban},
	{weight: 1, arbitrary: forgive},
	{weight: 1, arbitrary: list},
);
const request = fc.oneof(pass, edge, {weight: 6, arbitrary: admit});

const anyHistory = historyOf(anyStep, 40);
const ofRequests = historyOf(request, 40);
const ofReports = historyOf(fc.oneof(pass, edge, {weight: 4, arbitrary: report}, ban, list), 40);
const longHistory = historyOf(request, 800);

function historyOf(step: fc.Arbitrary<Step>, maxLength: number): fc.Arbitrary<History> {
	return fc.record({rules, banRules, steps: fc.array(step, {maxLength, size: 'max'})});
}

function withId<T extends Omit<Rule, 'id'>>(rule: T): T & Rule {
	return {...rule, id: `${rule.count}/${rule.window}/${rule.name}`};
}
