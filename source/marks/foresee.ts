import type {Context} from 'koa';
import type {Warn} from '../warnings.ts';
import {covers} from './coverage.ts';
import type {IsGate} from './gate-tag.ts';
import {isStateful, marksOf, survey} from './layer-marks.ts';
import type {Mark} from './mark.ts';
import {isForHost, layersBegun, layersToRun, matchingLayers, pathFor} from './matching.ts';
import {hasPlainTarget, hasPlainUrl} from './routed-path.ts';
import {isRoute, type RouteLayer, type RouterLike} from './router.ts';
import {warnIfStray} from './stray.ts';

/** What a router is expected to run. */
export interface Expected {
	readonly mark: Mark;
	/** The first of the router's routes that match the request, and do not stand before the gate. */
	readonly route: RouteLayer;
}

/**
 * Foresees the mark on the first route that these routers would run for a request, or on a `router.use`
 * that runs before it. The routers do the matching. Returns undefined when it is not certain.
 *
 * If the gate runs in a router, only what follows it there counts.
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

			// Elsewhere in a router, the gate does nothing: it has run for this request.
			const begun = layersBegun(router, ctx);
			const gateLayer = layersToRun(router, begun).find(layer => layer.stack.some(isGate));
			const matching = gateLayer ? begun.slice(begun.indexOf(gateLayer)) : layersFor(router, ctx);
			const route = matching.find(isRoute);
			if (route) {
				const layers = layersToRun(router, matching);
				const path = pathFor(router, ctx);
				const mark = strongest(marksUntilFirstRoute(layers, path, isGate, gateLayer));
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

function layersFor(router: RouterLike, ctx: Context): readonly RouteLayer[] {
	return isForHost(router, ctx) ? matchingLayers(router, ctx) : [];
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

/**
 * The marks that apply to the path, to the end of the first route; none if there is no route.
 *
 * @param gateLayer the layer in which the gate runs: only what follows it there counts
 */
function marksUntilFirstRoute(
	layers: readonly RouteLayer[],
	path: string,
	isGate: IsGate,
	gateLayer: RouteLayer | undefined,
): Mark[] {
	const route = layers.findIndex(isRoute);

	return layers.slice(0, route + 1).flatMap(layer => {
		const before = layer === gateLayer ? layer.stack.findIndex(isGate) + 1 : 0;
		return covers(layer, path) ? marksOf(layer, layer.stack.slice(before)) : [];
	});
}

function strongest(marks: readonly Mark[]): Mark | undefined {
	return marks.find(mark => mark.kind === 'bypass') ?? marks[0];
}
