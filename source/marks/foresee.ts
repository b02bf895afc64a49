import type {Context} from 'koa';
import type {Warn} from '../warnings.ts';
import {covers} from './coverage.ts';
import type {IsGate} from './gate-tag.ts';
import {isStateful, marksOf, survey} from './layer-marks.ts';
import type {Mark} from './mark.ts';
import {isForHost, layersToRun, matchingLayers, pathFor} from './matching.ts';
import {hasPlainTarget, hasPlainUrl} from './routed-path.ts';
import {isRoute, type RouteLayer, type RouterLike} from './router.ts';
import {warnIfStray} from './stray.ts';

/** What a router is expected to run. */
export interface Expected {
	readonly mark: Mark;
	/** The first of the router's routes that match the request. */
	readonly route: RouteLayer;
}

/**
 * Foresees the mark on the first route that these routers would run for a request, or on a `router.use`
 * that runs before it. The routers do the matching. Returns undefined when it is not certain.
 *
 * If the gate itself is mounted in a router, only what follows it counts.
 */
export function foresee(
	ctx: Context,
	routers: readonly RouterLike[],
	isGate: IsGate,
	warn: Warn,
): Expected | undefined {
	try {
		if (!routers.some(router => mayRunMark(router, ctx)) || !hasPlainTarget(ctx)) {
			return undefined;
		}

		for (const router of routers) {
			if (isStateful(router.host) || survey(router.stack).isStateful) {
				return undefined;
			}

			const matching = isForHost(router, ctx) ? matchingLayers(router, ctx) : [];
			const route = matching.find(isRoute);
			if (route) {
				const layers = layersToRun(router, matching);
				const mark = strongest(marksUntilFirstRoute(layers, pathFor(router, ctx), isGate));
				if (mark) {
					warnIfStray(mark, route, router, warn);
				}

				return mark && {mark, route};
			}
		}
	} catch {
		// The router cannot match this request, and reports that itself when it runs.
	}

	return undefined;
}

/** A quick test that spares most requests the full match. */
function mayRunMark(router: RouterLike, ctx: Context): boolean {
	const {marked, isStateful} = survey(router.stack);
	if (isStateful || marked.length === 0 || !hasPlainUrl(ctx)) {
		return false;
	}

	const path = pathFor(router, ctx);
	const method = ctx.method.toUpperCase();
	return marked.some(
		layer =>
			(!isRoute(layer) || layer.methods.includes(method)) &&
			layer.match(path) &&
			covers(layer, path),
	);
}

/** The marks that apply to the path and run after the gate, to the end of the first route; none if there is no route. */
function marksUntilFirstRoute(layers: readonly RouteLayer[], path: string, isGate: IsGate): Mark[] {
	const gateLayer = layers.findIndex(layer => layer.stack.some(isGate));
	const following = layers.slice(Math.max(0, gateLayer));
	const route = following.findIndex(isRoute);

	return following.slice(0, route + 1).flatMap((layer, index) => {
		const before = index === 0 ? layer.stack.findIndex(isGate) + 1 : 0;
		return covers(layer, path) ? marksOf(layer, layer.stack.slice(before)) : [];
	});
}

function strongest(marks: readonly Mark[]): Mark | undefined {
	return marks.find(mark => mark.kind === 'bypass') ?? marks[0];
}
