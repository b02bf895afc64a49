import type {Context} from 'koa';
import {costsFor} from '../limits/costs.ts';
import {countsUnder} from '../limits/give-back.ts';
import {globalLimits} from '../limits/global-limits.ts';
import {distrust} from '../marks/distrust.ts';
import {MAX_COST} from '../options/counting.ts';
import type {Limits} from '../options/limits.ts';
import type {RequestState} from '../request-state.ts';
import {guardBody} from '../response/guard-body.ts';

/**
 * Counts a request under the global rules after its exemption proved wrong. Suspends the client's
 * exemptions if it is over its quota or banned, or if this request gets it banned later; while a failing store closes the
 * gate; or if its rules or costs cannot be found.
 *
 * @param status that Koa sends; undefined if that is not certain, and then the request counts
 * @returns whether they are suspended
 * @throws what a function that finds the rules or a cost throws
 * @throws {TypeError} for a bad cost
 */
export async function countLate(
	ctx: Context,
	state: RequestState,
	status: number | undefined,
): Promise<boolean> {
	const {settings, client, immune, isAdmitted, probation} = state;
	if (!isAdmitted) {
		return false;
	}

	distrust(state);
	guardBody(ctx);
	try {
		const limits = await globalLimits(ctx, state);
		const costs = lateCosts(limits, ctx, status);
		const verdict = await settings.store.admit(client, limits.rules, {
			immune,
			late: true,
			...(costs && {costs}),
		});
		if (verdict.kind === 'admitted') {
			return false;
		}

		probation?.suspend(client, verdict.kind === 'banned' ? verdict.endsInMs : 0, limits.rules);
		return true;
	} catch (error) {
		probation?.suspend(client);
		throw error;
	}
}

/** Nothing under a rule whose `countWhen` says so. Unlike a refusal, a late count takes any cost. */
function lateCosts(
	limits: Limits,
	ctx: Context,
	status: number | undefined,
): readonly number[] | undefined {
	const {rules, countWhen} = limits;
	const costs = costsFor(ctx, limits);
	if (costs === undefined && countWhen === undefined) {
		return undefined;
	}

	return rules.map((rule, index) =>
		countsUnder(rule, limits, ctx, status)
			? Math.min(costs?.[index] ?? 1, rule.count, MAX_COST)
			: 0,
	);
}
