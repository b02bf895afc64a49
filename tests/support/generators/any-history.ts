import fc from 'fast-check';
import type {Rule, SettledBanRule} from '../../../source/stores/rule.ts';

/** What happens to a store. A rule is given by its index in the history's list. */
export type Step = Pass | PassToMoment | Action;

interface Pass {
	readonly do: 'pass';
	readonly ms: number;
}

/** Passes the time until something leaves its window or a ban ends, or until a little before or after. */
export interface PassToMoment {
	readonly do: 'pass to moment';
	readonly which: number;
	readonly off: number;
}

export type Action =
	| {
			readonly do: 'admit';
			readonly client: string;
			readonly rules: readonly number[];
			readonly late: boolean;
			readonly immune: boolean;
			/** For each rule in turn, its cost: a number from 0 to `count` + 1 by this remainder. */
			readonly costs?: readonly number[];
			readonly returnable: boolean;
	  }
	| {
			/** Gives back what an earlier request has counted, and was not given back yet. */
			readonly do: 'give back';
			readonly which: number;
	  }
	| {
			readonly do: 'report';
			readonly client: string;
			readonly banRule: number;
			readonly weight: number;
			readonly reason?: string;
	  }
	| {
			readonly do: 'ban';
			readonly client: string;
			readonly duration: number;
			readonly reason?: string;
			readonly isTrap?: boolean;
	  }
	| {
			readonly do: 'ban range';
			readonly range: string;
			readonly duration: number;
			readonly reason?: string;
	  }
	| {readonly do: 'unban range'; readonly range: string}
	| {readonly do: 'unban' | 'reset'; readonly client: string}
	| {
			readonly do: 'inspect';
			readonly client: string;
			readonly rules: readonly number[];
			/** None if there is no ban rule of this index. */
			readonly banRule: number;
	  }
	| {readonly do: 'list' | 'list ranges'};

export interface History {
	readonly rules: readonly Rule[];
	readonly banRules: readonly SettledBanRule[];
	readonly steps: readonly Step[];
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

/** Some rules have the same name: they share a counter only if their numbers are equal too. */
const rules = fc
	.tuple(
		...['x', 'y', 'z', 'x', 'x'].map(name =>
			fc.record({name: fc.constant(name), count, window: span}),
		),
	)
	.map(all => all.map(withId));
const durations = fc
	.tuple(duration, fc.array(duration, {maxLength: 2}))
	.map(([first, further]) => [first, ...further] as const);
const banRules = fc
	.tuple(
		...['ban', 'strict', 'plain'].map(name =>
			fc
				.record({name: fc.constant(name), count, window: span, durations, forgetAfter: span})
				.map(({forgetAfter, ...rule}) => (name === 'plain' ? rule : {...rule, forgetAfter})),
		),
	)
	.map(all => all.map(withId));

const pass = fc.record({
	do: fc.constant('pass' as const),
	ms: fc.oneof({weight: 9, arbitrary: fc.integer({min: 1, max: 6})}, {weight: 1, arbitrary: span}),
});
const passToMoment = fc.record({
	do: fc.constant('pass to moment' as const),
	which: fc.nat({max: 3}),
	off: fc.constantFrom(-1, 0, 0, 1),
});
const admit = fc.record(
	{
		do: fc.constant('admit' as const),
		client,
		rules: fc.oneof(
			{weight: 6, arbitrary: fc.array(fc.nat({max: 4}), {minLength: 1, maxLength: 3})},
			{weight: 1, arbitrary: fc.constant([])},
		),
		late: fc.constantFrom(false, false, false, true),
		immune: fc.constantFrom(false, false, false, true),
		costs: fc.array(fc.oneof(fc.constantFrom(0, 1, 1, 2), fc.nat({max: 41})), {
			minLength: 3,
			maxLength: 3,
		}),
		returnable: fc.boolean(),
	},
	{requiredKeys: ['do', 'client', 'rules', 'late', 'immune', 'returnable']},
);
const giveBack = fc.record({do: fc.constant('give back' as const), which: fc.nat({max: 9})});
const report = fc.record(
	{
		do: fc.constant('report' as const),
		client,
		banRule: fc.nat({max: 2}),
		weight: fc.constantFrom(1, 1, 1, 2, 3, 7),
		reason,
	},
	{requiredKeys: ['do', 'client', 'banRule', 'weight']},
);
const isTrap = fc.boolean();
const ban = fc.record(
	{do: fc.constant('ban' as const), client, duration, reason, isTrap},
	{requiredKeys: ['do', 'client', 'duration']},
);
const range = fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '2001:db8::/32');
const banRange = fc.record(
	{do: fc.constant('ban range' as const), range, duration, reason},
	{requiredKeys: ['do', 'range', 'duration']},
);
const unbanRange = fc.record({do: fc.constant('unban range' as const), range});
const forgive = fc.record({do: fc.constantFrom('unban' as const, 'reset' as const), client});
const inspect = fc.record({
	do: fc.constant('inspect' as const),
	client,
	rules: fc.array(fc.nat({max: 4}), {maxLength: 5}),
	banRule: fc.nat({max: 3}),
});
const list = fc.record({do: fc.constantFrom('list' as const, 'list ranges' as const)});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
	{weight: 2, arbitrary: pass},
	{weight: 3, arbitrary: passToMoment},
	{weight: 14, arbitrary: admit},
	{weight: 4, arbitrary: giveBack},
	{weight: 5, arbitrary: report},
	{weight: 1, arbitrary: ban},
	{weight: 1, arbitrary: forgive},
	{weight: 1, arbitrary: banRange},
	{weight: 4, arbitrary: inspect},
	{weight: 1, arbitrary: list},
);
const request = fc.oneof(
	pass,
	passToMoment,
	{weight: 6, arbitrary: admit},
	{weight: 2, arbitrary: giveBack},
	{weight: 2, arbitrary: inspect},
);
const reportOrBan = fc.oneof(
	pass,
	{weight: 2, arbitrary: passToMoment},
	{weight: 6, arbitrary: report},
	{weight: 2, arbitrary: inspect},
	ban,
	list,
	fc.oneof(banRange, unbanRange, forgive),
);

export const anyHistory = historyOf(anyStep, 40);
export const requestsHistory = historyOf(request, 40);
export const reportsHistory = historyOf(reportOrBan, 40);
export const longHistory = historyOf(request, 800);

function historyOf(step: fc.Arbitrary<Step>, maxLength: number): fc.Arbitrary<History> {
	return fc.record({rules, banRules, steps: fc.array(step, {maxLength, size: 'max'})});
}

function withId<T extends Omit<Rule, 'id'>>(rule: T): T & Rule {
	return {...rule, id: `${rule.count}/${rule.window}/${rule.name}`};
}
