import type {Context, Middleware} from 'koa';
import type {Warn} from '../warnings.ts';
import {runningLayers} from './coverage.ts';
import {isRoute, isRouter, type RouteLayer} from './router.ts';

/** How many layers are looked at. */
const MAX_LAYERS = 100;

/** What is neither a group, a parameter nor a wildcard of a path. */
const pattern = /\([^)]*\)|[:*]\w+/g;

/**
 * Whether `router.use` placed a layer at a path that it takes in one letter case alone, and there is a route that takes
 * any: `/API/login` then passes what the layer runs. The routers do so in version 14, and in 15 for the prefix of a router
 * and for nested ones, unless their option `sensitive` is set.
 */
export function takesOneCase({methods, path, regexp}: RouteLayer, stack: readonly RouteLayer[]) {
	return (
		methods.length === 0 &&
		typeof path === 'string' &&
		!regexp.ignoreCase &&
		/[a-z]/i.test(path.replace(pattern, '')) &&
		stack.some(layer => isRoute(layer) && layer.regexp.ignoreCase)
	);
}

/** Returns a function that warns if a `specific` runs on such a layer. It looks at each layer once. */
export function letterCaseCheck(): (ctx: Context, specific: Middleware, warn: Warn) => void {
	const checked = new Set<unknown>();

	return (ctx, specific, warn) => {
		const {router, routerPath} = ctx;
		if (checked.has(routerPath) || checked.size >= MAX_LAYERS || !isRouter(router)) {
			return;
		}

		checked.add(routerPath);
		const layer = runningLayers(ctx).find(({stack}) => stack.includes(specific));
		if (layer && takesOneCase(layer, router.stack)) {
			warn('GATEKEEPER_LETTER_CASE', 'A specific()', String(layer.path));
		}
	};
}
