import type {Context, Next} from 'koa';
import type {Exemption} from '../context.ts';
import {countLate} from '../exemptions/count-late.ts';
import type {Settings} from '../options/settings.ts';
import {type Foresight, findPassage, type Passage} from '../request-state.ts';
import {type Mark, matchedLayers} from './foresee.ts';
import {hasDotSegment, hasPlainUrl, routedPath} from './routed-path.ts';
import type {RouteLayer} from './router.ts';

/** For a mark, when it runs: tells every gate on the way whether what it foresaw has come true. */
export function prove(ctx: Context, mark: Mark): void {
	for (let passage = findPassage(ctx); passage; passage = passage.outer) {
		const {foresight, settings, client} = passage;
		if (foresight === undefined) {
			if (passage.exemption !== 'allowed' && hasPlainUrl(ctx) && !hasDotSegment(ctx)) {
				warnUnforeseen(settings, mark, ctx);
			}
		} else if (foresight.outcome === 'unproven' && hasComeTrue(foresight, mark, ctx)) {
			foresight.outcome = 'proven';
			foresight.probation.end(client);
		}
	}
}

/** This mark for this method and path, and no route of another router before it. */
function hasComeTrue(foresight: Foresight, mark: Mark, ctx: Context): boolean {
	const {method, path, route, matchedBefore} = foresight;
	const first = matchedLayers(ctx)
		.slice(matchedBefore)
		.find(layer => mayTake(layer, method.toUpperCase()));

	return (
		foresight.mark === mark &&
		method === ctx.method &&
		path === routedPath(ctx) &&
		(first === undefined || first === route)
	);
}

/** What is no layer of @koa/router may have run anything. */
function mayTake(layer: Partial<RouteLayer> | null | undefined, method: string): boolean {
	return layer?.methods?.includes(method) ?? true;
}

/**
 * Runs the rest for a request that is exempt as foreseen, and counts it late if it was not proven.
 *
 * @param remainingExemption why the request is exempt all the same, if it is
 */
export async function runForeseen(
	passage: Passage,
	foresight: Foresight,
	remainingExemption: () => Exemption | undefined,
	next: Next,
): Promise<void> {
	const {probation, mark, path} = foresight;
	passage.exemption = mark.kind;

	try {
		await next();
	} finally {
		if (foresight.outcome === 'unproven') {
			foresight.outcome = 'disproved';
			passage.exemption = remainingExemption();
			try {
				if (await countLate(passage, probation)) {
					warnUnproven(passage.settings, path);
				}
			} finally {
				probation.end(passage.client);
			}
		}
	}
}

function warnUnforeseen({warn}: Settings, {kind}: Mark, ctx: Context): void {
	warn(
		'GATEKEEPER_MARK_UNFORESEEN',
		() =>
			`A ${kind} mark on ${ctx._matchedRoute ?? ctx.path} was not foreseen, so that the request was under the global rules. Place the router after the gate with app.use, in the same app; or name it in gatekeeper({routers: [router]}), or mount the gate with router.use. A mark that another route runs before, or that a tool has wrapped, cannot be foreseen`,
	);
}

function warnUnproven({warn}: Settings, path: string): void {
	warn(
		'GATEKEEPER_MARK_UNPROVEN',
		() =>
			`A bypass() or standalone route was foreseen for ${path} but did not run first, and the client is over its quota or banned, or the store fails: its exemptions are suspended. Something between the gate and the router answers, or rewrites the path`,
	);
}
