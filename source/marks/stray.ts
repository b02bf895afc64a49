import {isRoute, type RouteLayer, type RouterLike} from './router.ts';

/**
 * Whether a layer that `router.use` placed without a path in a nested router stands before a route of another
 * router. @koa/router copies the layers of nested routers into one list, so that such a layer runs for every
 * route with its prefix that is added later. The list shows only some of these cases.
 */
export function isStray(layer: RouteLayer, route: RouteLayer, {stack, opts}: RouterLike): boolean {
	const prefix = layer.opts.prefix ?? '';
	if (!layer.opts.ignoreCaptures || (prefix !== '' && prefix === opts.prefix)) {
		return false;
	}

	// The layers of one nested router stand side by side, and their paths begin alike.
	const between = stack.slice(stack.indexOf(layer), stack.indexOf(route)).filter(isRoute);
	const start = plainStart(layer);
	const isApart = between.some(({path}) => typeof path === 'string' && !path.startsWith(start));

	return isApart || (prefix !== '' && (route.opts.prefix ?? '') === '');
}

/** A path up to its first pattern or parameter. */
function plainStart({path}: RouteLayer): string {
	return String(path).replace(/[(:{*].*$/s, '');
}
