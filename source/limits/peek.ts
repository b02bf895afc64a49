import type {Context} from 'koa';
import {andThen, type MaybePromise} from '../maybe-promise.ts';
import type {RequestState} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';
import {costsFor} from './costs.ts';
import {globalLimits} from './global-limits.ts';
import {knownBan} from './known-ban.ts';

/** The verdict that a request would get under the global rules. Counts nothing. */
export function peek(ctx: Context, state: RequestState): MaybePromise<GuardedVerdict> {
	const ban = knownBan(state);
	if (ban) {
		return ban;
	}

	const {client, immune, settings} = state;

	return andThen(globalLimits(ctx, state), limits => {
		const costs = costsFor(ctx, limits);
		return settings.store.admit(client, limits.rules, {immune, peek: true, ...(costs && {costs})});
	});
}
