import type {Middleware} from 'koa';
import type {Settings} from '../options/settings.ts';
import {findPassage} from '../request-state.ts';

/** Passes a request on that is on its way through this very gate already: it is counted once. */
export function once(chain: Middleware, settings: Settings): Middleware {
	return function gatekeeper(ctx, next) {
		for (let passage = findPassage(ctx); passage; passage = passage.outer) {
			if (passage.settings === settings && !passage.isOver) {
				return next();
			}
		}

		return chain(ctx, next);
	};
}
