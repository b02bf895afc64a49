import type {Context} from 'koa';
import type {Expected} from './foresee.ts';
import type {Mark} from './mark.ts';
import {layersMatchedSoFar} from './matching.ts';
import type {Probation} from './probation.ts';
import {routedPath} from './routed-path.ts';
import type {RouteLayer} from './router.ts';

/** A mark that a router is expected to run for this method and path, and whether it did. */
export interface Foresight extends Expected {
	/** Of the gate that foresees the mark: it begins and ends the trust. */
	readonly probation: Pick<Probation, 'end'>;
	readonly method: string;
	readonly path: string;
	/** How many of the layers that routers have matched are behind the request when it comes to the gate. */
	readonly layersBehind: number;
	/**
	 * - `'unproven'`: the request is exempt on trust
	 * - `'proven'`: the mark has run
	 * - `'disproved'`: the request came back before the mark had run
	 * - `'withheld'`: not exempt, since the client has too many unproven requests, or an earlier one was disproved while
	 *   the client was over its quota or banned
	 */
	outcome: 'unproven' | 'proven' | 'disproved' | 'withheld';
}

/** Whether the foreseen mark has run, for the same method and path, before any other route. */
export function isProvenBy(foresight: Foresight, mark: Mark, ctx: Context): boolean {
	const {method, path, route, layersBehind} = foresight;
	const first = layersMatchedSoFar(ctx)
		.slice(layersBehind)
		.find(layer => mayTake(layer, method.toUpperCase()));

	return (
		foresight.mark === mark &&
		method === ctx.method &&
		path === routedPath(ctx) &&
		(first === undefined || first === route)
	);
}

/** Anything but a layer of @koa/router may have run anything. */
function mayTake(layer: Partial<RouteLayer> | null | undefined, method: string): boolean {
	return layer?.methods?.includes(method) ?? true;
}
