import type {Warn} from '../warnings.ts';
import {marksOf} from './layer-marks.ts';
import type {Mark} from './mark.ts';
import {plainStart} from './plain-start.ts';
import {isRoute, type RouteLayer, type RouterLike} from './router.ts';

/** The routes that were exempt before. */
const checked = new WeakSet<RouteLayer>();

/**
 * Warns if a mark that `router.use` placed in a nested router exempts a route of another router. Looks at each
 * route once.
 */
export function warnIfStray(mark: Mark, route: RouteLayer, router: RouterLike, warn: Warn): void {
	if (checked.has(route)) {
		return;
	}

	checked.add(route);
	const layer = router.stack.find(one => marksOf(one).includes(mark));
	if (layer && layer !== route && isStray(layer, route, router)) {
		warn('GATEKEEPER_STRAY_MARK', mark.kind, String(route.path));
	}
}

/**
 * Whether a `router.use` without a path, in a nested router, also runs for this route of another router.
 * @koa/router copies the layers of nested routers into one list, so that such a layer runs for every route with
 * its prefix that is added later. The list shows only some of these cases.
 */
function isStray(layer: RouteLayer, route: RouteLayer, {stack, opts}: RouterLike): boolean {
	const prefix = layer.opts.prefix ?? '';
	if (!layer.opts.ignoreCaptures || (prefix !== '' && prefix === opts.prefix)) {
		return false;
	}

	// The layers of one nested router stand side by side, and their paths begin alike.
	const between = stack.slice(stack.indexOf(layer), stack.indexOf(route)).filter(isRoute);
	const start = plainStart(String(layer.path));
	const isApart = between.some(
		({path}) => typeof path === 'string' && !path.toLowerCase().startsWith(start),
	);

	return isApart || (prefix !== '' && (route.opts.prefix ?? '') === '');
}
