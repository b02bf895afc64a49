import type {Middleware} from 'koa';
import {currentState} from '../request-state.ts';
import type {Failure} from '../response/status-to-send.ts';
import {emitError} from '../telemetry/emit-error.ts';

/**
 * Makes a link of the chain part of a dry run: where it refuses the request, the request goes on, and the further
 * links are skipped. What the link throws itself, before or after the rest, goes to Koa's `error` event, since a dry
 * run fails no request.
 */
export function runDry(link: Middleware): Middleware {
	return async function dryLink(ctx, next) {
		const state = currentState(ctx);
		if (state.isRefused) {
			return next();
		}

		let hasPassed = false;
		let failure: Failure | undefined;
		const proceed = async () => {
			hasPassed = true;
			try {
				await next();
			} catch (error) {
				failure = {error};
				throw error;
			}
		};
		try {
			await link(ctx, proceed);
		} catch (error) {
			if (failure === undefined || failure.error !== error) {
				emitError(ctx, error);
			}
		}

		if (!hasPassed) {
			state.markRefused();
			await next();
		}

		if (failure) {
			throw failure.error;
		}
	};
}
