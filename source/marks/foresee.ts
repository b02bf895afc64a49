import {types} from 'node:util';
import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import type {IsGate} from './gate-tag.ts';
import {type Mark, markOf} from './mark.ts';
import {hasPlainTarget, hasPlainUrl, routedPath} from './routed-path.ts';
import type {RouteLayer, RouterLike} from './router.ts';

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
				const layers = layersRun(router, matching);
				const mark = strongestMark(functionsUntilFirstRoute(layers, isGate));
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
		layer => (!isRoute(layer) || layer.methods.includes(method)) && layer.match(path),
	);
}

/** What the quick test needs to know of a router's stack. */
const survey = memoizeByList((stack: readonly RouteLayer[]) => ({
	marked: stack.filter(layer => layer.stack.some(markOf)),
	/** Whether matching changes what matches next. */
	isStateful: stack.some(layer => isStateful(layer.regexp)),
}));

/** A global or sticky regular expression continues where it last ended. */
function isStateful(pattern: unknown): boolean {
	return types.isRegExp(pattern) && (pattern.global || pattern.sticky);
}

function pathFor(router: RouterLike, ctx: Context): string {
	return router.opts.routerPath || routedPath(ctx);
}

/** Most routers accept any host. The header is then not read. */
function isForHost(router: RouterLike, ctx: Context): boolean {
	return router.host === undefined || router.matchHost(ctx.host);
}

function matchingLayers(router: RouterLike, ctx: Context): readonly RouteLayer[] {
	return router.match(pathFor(router, ctx), ctx.method).pathAndMethod;
}

/** The layers that the router runs in turn: all that match, or in an exclusive router the chosen one. */
function layersRun(router: RouterLike, matching: readonly RouteLayer[]): readonly RouteLayer[] {
	if (!router.exclusive) {
		return matching;
	}

	return router.opts.exclusive === 'specificity'
		? [matching.reduce((best, layer) => (parameters(layer) < parameters(best) ? layer : best))]
		: matching.slice(-1);
}

function parameters(layer: RouteLayer): number {
	return layer.paramNames.length;
}

function isRoute(layer: RouteLayer): boolean {
	return layer.methods.length > 0;
}

/** The functions that run after the gate, to the end of the first route; none if there is no route. */
function functionsUntilFirstRoute(layers: readonly RouteLayer[], isGate: IsGate): unknown[] {
	const gateLayer = layers.findIndex(layer => layer.stack.some(isGate));
	const following = layers.slice(Math.max(0, gateLayer));
	const route = following.findIndex(isRoute);
	const functions = following.slice(0, route + 1).flatMap(layer => layer.stack);

	return functions.slice(functions.findIndex(isGate) + 1);
}

function strongestMark(functions: readonly unknown[]): Mark | undefined {
	const marks = functions.map(markOf).filter(mark => mark !== undefined);
	return marks.find(mark => mark.kind === 'bypass') ?? marks[0];
}
