import type {Context} from 'koa';
import {andThen, type MaybePromise} from '../maybe-promise.ts';
import type {Limits} from '../options/limits.ts';
import type {RequestState} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';
import type {AdmitOptions} from '../stores/verdict.ts';
import {costsFor} from './costs.ts';

/**
 * Asks the store whether a request fits under these limits. If `countWhen` may give its place back, notes where it
 * was counted.
 *
 * @param client the client, or the key that is counted in its place
 */
export function admitUnder(
	ctx: Context,
	state: RequestState,
	limits: Limits,
	client: string,
	options: AdmitOptions,
): MaybePromise<GuardedVerdict> {
	const {store} = state.settings;
	const {rules, countWhen} = limits;
	if (limits.costs === undefined && countWhen === undefined) {
		return store.admit(client, rules, options);
	}

	const costs = costsFor(ctx, limits);
	const verdict = store.admit(client, rules, {
		...options,
		...(costs && {costs}),
		...(countWhen && {returnable: true}),
	});
	if (countWhen === undefined) {
		return verdict;
	}

	return andThen(verdict, settled => {
		if (settled.kind !== 'admitted' || settled.counted === undefined) {
			return settled;
		}

		// What was counted is left out: the gate shows the verdict to the app.
		const {kind, quotas, counted} = settled;
		state.places = [...state.places, {limits, client, counted, requester: options.requester}];
		return {kind, quotas};
	});
}
