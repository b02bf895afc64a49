import type {Context} from 'koa';
import {describe} from '../checks/describe.ts';
import {ignoreRejection} from '../maybe-promise.ts';
import type {Limits, PlaceTaken, SettledCountWhen} from '../options/limits.ts';
import {noPlaces, type RequestState} from '../request-state.ts';
import {raiseQuotas} from '../response/ratelimit-fields.ts';
import {bodyMayFail, expectedStatus, type Failure} from '../response/status-to-send.ts';
import {whenHeadersSent} from '../response/when-headers-sent.ts';
import type {Rule} from '../stores/rule.ts';
import {emitError} from '../telemetry/emit-error.ts';

/**
 * Gives back the places of a request that turns out not to count. If it is not certain which status is sent, every
 * place is kept. Nothing waits for the store.
 *
 * A body that Koa may fail to send is given back when the headers are sent, by the status in them. Until then, the
 * fields show the quotas as though it will not fail: the response to an error does not have them.
 */
export function giveBack(ctx: Context, state: RequestState, failure: Failure | undefined): void {
	const {places} = state;
	state.places = noPlaces;
	const status = expectedStatus(ctx, failure);
	if (status === undefined) {
		return;
	}

	const returned = uncounted(ctx, places, status);
	for (const {counted} of returned) {
		raiseQuotas(ctx, state, counted);
	}

	const isLater =
		bodyMayFail(ctx, failure) &&
		whenHeadersSent(ctx, sent => {
			giveTo(state, sent === status ? returned : uncounted(ctx, places, sent));
		});
	if (!isLater) {
		giveTo(state, returned);
	}
}

/** What of these places does not count under a status. */
function uncounted(
	ctx: Context,
	places: readonly PlaceTaken[],
	status: number,
): readonly PlaceTaken[] {
	return places
		.map(place => ({
			...place,
			counted: place.counted.filter(({rule}) => !countsUnder(rule, place.limits, ctx, status)),
		}))
		.filter(({counted}) => counted.length > 0);
}

function giveTo({settings}: RequestState, returned: readonly PlaceTaken[]): void {
	for (const {client, counted, requester} of returned) {
		settings.store.giveBack(client, counted, requester);
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
