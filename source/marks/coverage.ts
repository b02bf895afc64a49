import type {Context} from 'koa';
import {layersMatchedSoFar, pathFor} from './matching.ts';
import {plainStart} from './plain-start.ts';
import {isRoute, isRouter, type RouteLayer} from './router.ts';

/**
 * Whether what `router.use('/public', …)` places covers a path: the path is below it. The routers of version 14, and some
 * of 15.0, also run it where `/public` stands further on in a path.
 */
export function covers(layer: RouteLayer, path: string): boolean {
	const {path: placed} = layer;
	if (isRoute(layer) || typeof placed !== 'string') {
		return true;
	}

	// Some routers take a dot for any character.
	if (!path.toLowerCase().startsWith(plainStart(placed))) {
		return false;
	}

	const found = layer.regexp.exec(path);
	const end = found?.[0].length ?? 0;
	const isBelow = end === path.length || path[end] === '/' || path[end - 1] === '/';
	return found?.index === 0 && isBelow && beginsSegment(layer, found.at(-1));
}

/** `router.use` without a path takes the rest of a segment, too: `/publicity` for a router that is nested at `/public`. */
function beginsSegment({opts, paramNames}: RouteLayer, rest: string | undefined): boolean {
	const {name} = (paramNames.at(-1) ?? {}) as {readonly name?: unknown};
	const isRest = opts.ignoreCaptures === true && typeof name !== 'string';

	return !isRest || rest === undefined || rest === '' || rest.startsWith('/');
}

/** Whether the layer that runs now covers the path of the request. */
export function isCovered(ctx: Context): boolean {
	const {router, routerPath} = ctx;
	if (!isRouter(router)) {
		return true;
	}

	const path = pathFor(router, ctx);
	// The router sets `routerPath` to the path of each layer before it runs the layer.
	return layersMatchedSoFar(ctx)
		.filter(layer => isLayer(layer) && layer.path === routerPath)
		.every(layer => covers(layer, path));
}

/** Whichever routers have run, they may have put anything into `ctx.matched`. */
function isLayer(given: Partial<RouteLayer> | null | undefined): given is RouteLayer {
	return (
		given?.regexp instanceof RegExp &&
		Array.isArray(given.methods) &&
		Array.isArray(given.paramNames) &&
		given.opts instanceof Object
	);
}
