import {types} from 'node:util';
import type {Context, Middleware} from 'koa';
import type {RouteLayer, RouterLike} from '../router.ts';
import type {IsGate} from './gate-identity.ts';
import {remembered} from './remembered.ts';

/** What `bypass()` and standalone rules put on their functions: each call makes a mark of its own. */
export interface Mark {
	readonly kind: 'bypass' | 'standalone';
}

/** Copied along by tools that wrap a function and copy its properties. */
const markKey = Symbol('koa-gatekeeper mark');

/** Puts a mark on a function. */
export function setMark(middleware: Middleware, mark: Mark): Middleware {
	return Object.assign(middleware, {[markKey]: mark});
}

/** The path that a router matches, unless it was told another. */
export function routedPath(ctx: Context): string {
	return String(ctx.newRouterPath || ctx.path || '');
}

/**
 * The mark on the first route that these routers would run for a request, or on a `router.use` that
 * runs before it. It is foreseen with the routers' own matching; whatever is not certain has no mark.
 *
 * Where the gate itself is mounted in a router, only what follows it counts.
 */
export function foresee(
	ctx: Context,
	routers: readonly RouterLike[],
	isGate: IsGate,
): Mark | undefined {
	try {
		if (!routers.some(router => mayRunMark(router, ctx))) {
			return undefined;
		}

		for (const router of routers) {
			if (isStateful(router.host) || survey(router.stack).isStateful) {
				return undefined;
			}

			const layers = router.matchHost(ctx.host) ? layersRun(router, ctx) : [];
			if (layers.length > 0) {
				return strongestMark(untilFirstHandler(layers, isGate));
			}
		}
	} catch {
		// A router that cannot match this request will say so itself.
	}

	return undefined;
}

/** The quick question, which spares most requests the full match. */
function mayRunMark(router: RouterLike, ctx: Context): boolean {
	const {marked, isStateful} = survey(router.stack);
	if (isStateful || marked.length === 0) {
		return false;
	}

	const path = pathFor(router, ctx);
	const method = ctx.method.toUpperCase();
	return marked.some(
		layer => (layer.methods.length === 0 || layer.methods.includes(method)) && layer.match(path),
	);
}

/** What the quick question needs to know of a router's stack. */
const survey = remembered((stack: readonly RouteLayer[]) => ({
	marked: stack.filter(layer => layer.stack.some(markOf)),
	/** To match is to change what matches next. */
	isStateful: stack.some(layer => isStateful(layer.regexp)),
}));

/** A regular expression that is global or sticky goes on where it last ended. */
function isStateful(pattern: unknown): boolean {
	return types.isRegExp(pattern) && (pattern.global || pattern.sticky);
}

function pathFor(router: RouterLike, ctx: Context): string {
	return router.opts.routerPath || routedPath(ctx);
}

/** The layers that the router would run one after the other: none where no route matches. */
function layersRun(router: RouterLike, ctx: Context): readonly RouteLayer[] {
	const {route, pathAndMethod} = router.match(pathFor(router, ctx), ctx.method);
	if (!route) {
		return [];
	}

	if (!router.exclusive) {
		return pathAndMethod;
	}

	const chosen =
		router.opts.exclusive === 'specificity'
			? pathAndMethod.reduce((best, layer) =>
					layer.paramNames.length < best.paramNames.length ? layer : best,
				)
			: pathAndMethod.at(-1);
	return chosen ? [chosen] : [];
}

/** All that runs after the gate, up to the end of the first route; nothing if there is no route. */
function untilFirstHandler(layers: readonly RouteLayer[], isGate: IsGate): unknown[] {
	const gateLayer = layers.findIndex(layer => layer.stack.some(isGate));
	const following = layers.slice(Math.max(0, gateLayer));
	const route = following.findIndex(layer => layer.methods.length > 0);
	const functions = following.slice(0, route + 1).flatMap(layer => layer.stack);

	return functions.slice(functions.findIndex(isGate) + 1);
}

function strongestMark(functions: readonly unknown[]): Mark | undefined {
	const marks = functions.map(markOf).filter(mark => mark !== undefined);
	return marks.find(mark => mark.kind === 'bypass') ?? marks[0];
}

function markOf(middleware: unknown): Mark | undefined {
	return typeof middleware === 'function' ? (middleware as {[markKey]?: Mark})[markKey] : undefined;
}
