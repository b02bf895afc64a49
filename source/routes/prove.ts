import type {Context} from 'koa';
import {isProvenBy} from '../marks/foresight.ts';
import type {Mark} from '../marks/mark.ts';
import {rememberIfHidden} from '../marks/remember.ts';
import {hasPlainTarget, hasPlainUrl} from '../marks/routed-path.ts';
import {innermostState} from '../request-state.ts';

/** Runs with a mark's middleware: it proves the mark to every gate on the way that foresaw it. */
export function prove(ctx: Context, mark: Mark): void {
	for (let state = innermostState(ctx); state; state = state.outer) {
		const {foresight, settings, client} = state;
		if (foresight === undefined) {
			if (state.exemption !== 'allowed' && isForeseeable(ctx) && !rememberIfHidden(ctx, mark)) {
				const route = String(ctx._matchedRoute ?? ctx.path);
				settings.warn('GATEKEEPER_MARK_UNFORESEEN', mark.kind, route);
			}
		} else if (foresight.outcome !== 'disproved' && isProvenBy(foresight, mark, ctx)) {
			if (foresight.outcome === 'unproven') {
				foresight.probation.end(client);
			}

			foresight.outcome = 'proven';
		}
	}
}

function isForeseeable(ctx: Context): boolean {
	return hasPlainUrl(ctx) && hasPlainTarget(ctx);
}
