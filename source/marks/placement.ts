import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import {takesOneCase} from './letter-case.ts';
import {layersMatchedBy} from './matching.ts';
import {isRoute, isRouter, type RouteLayer, type RouterLike} from './router.ts';

/** Where a router runs a middleware. */
interface Placement {
	/** The layers that run it. */
	readonly layers: readonly RouteLayer[];
	/** Whether `router.use` placed it, and not only routes have it. */
	readonly isForAllRoutes: boolean;
	/** The path of a layer that runs it for one letter case alone, while a route below takes any. */
	readonly oneCasePath: string | undefined;
}

/** Finds where a router with this stack runs a middleware, if it does. */
export type FindPlacement = (stack: readonly RouteLayer[]) => Placement | undefined;

/** @param runs whether a function is the middleware */
export function findPlacement(runs: (middleware: unknown) => boolean): FindPlacement {
	return memoizeByList((stack: readonly RouteLayer[]) => {
		const layers = stack.filter(one => one.stack.some(runs));
		if (layers.length === 0) {
			return undefined;
		}

		const passed = layers.find(one => takesOneCase(one, stack));
		return {
			layers,
			isForAllRoutes: !layers.every(isRoute),
			oneCasePath: passed && String(passed.path),
		};
	});
}

const none: readonly RouterLike[] = [];

/**
 * The routers that may be running a middleware for a request: the one that began last, or of the others.
 *
 * @param others those that `app.use` placed
 */
export function routersRunning(
	ctx: Context,
	placementIn: FindPlacement,
	others: readonly RouterLike[] = routersAmong(ctx.app.middleware),
): readonly RouterLike[] {
	const {router} = ctx;
	if (!isRouter(router)) {
		return none;
	}

	const isRunning = (one: RouterLike): boolean => {
		const layers = placementIn(one.stack)?.layers;
		return layers !== undefined && layersMatchedBy(one, ctx).some(layer => layers.includes(layer));
	};

	// The one that began last may be over, or have run inside another and called next().
	return isRunning(router) ? [router] : others.filter(isRunning);
}

/** The routers among the middlewares of an app. */
export const routersAmong = memoizeByList((middlewares: readonly unknown[]) =>
	middlewares.map(routerOf).filter(isRouter),
);

/** A dispatch function of @koa/router has its router as a property. */
function routerOf(middleware: unknown): unknown {
	return (middleware as {router?: unknown}).router;
}
