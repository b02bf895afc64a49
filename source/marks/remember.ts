import type {Context} from 'koa';
import {marksOf, rememberMark, survey} from './layer-marks.ts';
import type {Mark} from './mark.ts';
import {layersToRun, matchingLayers} from './matching.ts';
import {isRoute, isRouter} from './router.ts';

/**
 * Remembers a mark that no gate foresaw, if a tool has hidden it in a layer of the router, and it is certain
 * that it ran no later than the first route. The next request to that layer is then foreseen.
 *
 * @returns whether it was remembered now
 */
export function rememberIfHidden(ctx: Context, mark: Mark): boolean {
	const {router, routerPath} = ctx;
	if (!isRouter(router) || survey(router.stack).isStateful) {
		return false;
	}

	// None if a handler has changed the path.
	const layers = layersToRun(router, matchingLayers(router, ctx));
	// The router sets `routerPath` to the path of each layer before it runs the layer.
	const running = layers.filter(({path}) => path === routerPath);
	// Several layers may have this path. The last is the safest choice: a route matches less than `router.use`.
	const layer = running.at(-1);
	const isCertain = layer !== undefined && layers.indexOf(layer) <= layers.findIndex(isRoute);
	if (!isCertain || running.some(one => marksOf(one).includes(mark))) {
		return false;
	}

	rememberMark(router.stack, layer, mark);
	return true;
}
