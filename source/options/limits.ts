import type {Context} from 'koa';
import type {MaybePromise} from '../maybe-promise.ts';
import type {Rule} from '../stores/rule.ts';
import type {Counted} from '../stores/verdict.ts';

/** How many units a request counts for: a number, or a function of the request that may return anything. */
export type SettledCost = number | ((ctx: Context) => unknown);

/** Whether a request counts, once its status is known: statuses, or a function that may return anything. */
export type SettledCountWhen = ReadonlySet<number> | ((ctx: Context, status: number) => unknown);

/** The rules that a request must fit under. */
export interface Limits {
	readonly rules: readonly Rule[];
	/** In the order of the rules; absent if the request counts for 1 under every rule. */
	readonly costs?: readonly SettledCost[];
	/** The rules under which only some responses count; absent if there are none. */
	readonly countWhen?: ReadonlyMap<Rule, SettledCountWhen>;
	/** Whether a rule has no name of its own. */
	readonly hasUnnamed?: boolean;
}

/** The same limits for every request, or a function that finds those of a request. It may throw or reject. */
export type LimitSource = Limits | ((ctx: Context) => MaybePromise<Limits>);

/** No rule applies. */
export const noLimits: Limits = {rules: []};

/** Where a request was counted that may turn out not to count. */
export interface PlaceTaken {
	readonly limits: Limits;
	/** The client, or the key that was counted in its place. */
	readonly client: string;
	readonly counted: readonly Counted[];
	readonly requester: string | undefined;
}
