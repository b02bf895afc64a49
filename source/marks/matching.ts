import type {Context} from 'koa';
import type {IsGate} from './gate-tag.ts';
import {routedPath} from './routed-path.ts';
import {isRoute, type RouteLayer, type RouterLike} from './router.ts';

/** The path that the router matches. */
export function pathFor(router: RouterLike, ctx: Context): string {
	return router.opts.routerPath || routedPath(ctx);
}

/** Most routers accept any host. The header is then not read. */
export function isForHost(router: RouterLike, ctx: Context): boolean {
	return router.host === undefined || router.matchHost(ctx.host);
}

export function matchingLayers(router: RouterLike, ctx: Context): readonly RouteLayer[] {
	return router.match(pathFor(router, ctx), ctx.method).pathAndMethod;
}

/** The layers that the router runs in turn: all that match, or in an exclusive router the chosen one. */
export function layersToRun(
	router: RouterLike,
	matching: readonly RouteLayer[],
): readonly RouteLayer[] {
	if (!router.exclusive || matching.length === 0) {
		return matching;
	}

	return router.opts.exclusive === 'specificity'
		? [matching.reduce((best, layer) => (parameters(layer) < parameters(best) ? layer : best))]
		: matching.slice(-1);
}

/** The layers that routers have matched for a request so far, in order, whether or not they run. */
export function layersMatchedSoFar(ctx: Context): readonly RouteLayer[] {
	return Array.isArray(ctx.matched) ? ctx.matched : [];
}

/**
 * How many of these layers are behind a request that has come to a gate: those before the layer that runs it. A function
 * may hide the gate; then they are those up to the last that began.
 */
export function layersBehind(ctx: Context, isGate: IsGate): number {
	const layers: readonly (Partial<RouteLayer> | null | undefined)[] = layersMatchedSoFar(ctx);
	const gateLayer = layers.findIndex(
		layer => Array.isArray(layer?.stack) && layer.stack.some(isGate),
	);
	if (gateLayer !== -1) {
		return gateLayer;
	}

	// The router sets `routerPath` to the path of each layer before it runs the layer.
	const begun = layers.findIndex(layer => layer?.path === ctx.routerPath);
	return begun === -1 ? layers.length : begun + 1;
}

/** The layers of a router that it has matched with the path of a request; none if no route is among them. */
export function layersMatchedBy(router: RouterLike, ctx: Context): readonly RouteLayer[] {
	const matched = layersMatchedSoFar(ctx).filter(layer => router.stack.includes(layer));
	return matched.some(isRoute) ? matched : [];
}

/** The same with the method, too: what `matchingLayers` found when the router began. */
export function layersBegun(router: RouterLike, ctx: Context): readonly RouteLayer[] {
	const method = ctx.method.toUpperCase();
	const matching = layersMatchedBy(router, ctx).filter(
		layer => !isRoute(layer) || layer.methods.includes(method),
	);

	return matching.some(isRoute) ? matching : [];
}

function parameters(layer: RouteLayer): number {
	return layer.paramNames.length;
}
