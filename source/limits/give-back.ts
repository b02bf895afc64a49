import type {Context} from 'koa';
import {describe} from '../checks/describe.ts';
import {ignoreRejection} from '../maybe-promise.ts';
import type {Limits, SettledCountWhen} from '../options/limits.ts';
import {noPlaces, type RequestState} from '../request-state.ts';
import {raiseQuotas} from '../response/ratelimit-fields.ts';
import type {Rule} from '../stores/rule.ts';
import {emitError} from '../telemetry/emit-error.ts';

/**
 * Gives back the places of a request that turns out not to count. Nothing waits for the store.
 *
 * @param status that Koa sends; undefined if that is not certain, and then every place is kept
 */
export function giveBack(ctx: Context, state: RequestState, status: number | undefined): void {
	const {places, settings} = state;
	state.places = noPlaces;
	for (const {limits, client, counted, requester} of places) {
		const returned = counted.filter(({rule}) => !countsUnder(rule, limits, ctx, status));
		if (returned.length > 0) {
			settings.store.giveBack(client, returned, requester);
			raiseQuotas(ctx, state, returned);
		}
	}
}

/** Whether a request counts under a rule. It does if there is any doubt. */
export function countsUnder(
	rule: Rule,
	{countWhen}: Limits,
	ctx: Context,
	status: number | undefined,
): boolean {
	const test = countWhen?.get(rule);
	if (test === undefined || status === undefined) {
		return true;
	}

	try {
		return passes(test, ctx, status);
	} catch (error) {
		emitError(ctx, error);
		return true;
	}
}

/** @throws {TypeError} for a function that returns no boolean */
function passes(test: SettledCountWhen, ctx: Context, status: number): boolean {
	if (typeof test !== 'function') {
		return test.has(status);
	}

	const counts = test(ctx, status);
	if (typeof counts === 'boolean') {
		return counts;
	}

	ignoreRejection(counts);
	throw new TypeError(`\`countWhen\` must return true or false, got ${describe(counts)}`);
}
