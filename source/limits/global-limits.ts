import type {Context} from 'koa';
import type {MaybePromise} from '../maybe-promise.ts';
import {type Limits, noLimits} from '../options/limits.ts';
import type {RequestState} from '../request-state.ts';

/** The global rules that apply to a request now: none while it is exempt. */
export function globalLimits(
	ctx: Context,
	{exemption, settings: {limits}}: RequestState,
): MaybePromise<Limits> {
	if (exemption !== undefined) {
		return noLimits;
	}

	return typeof limits === 'function' ? limits(ctx) : limits;
}
