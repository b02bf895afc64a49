import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import {takesOneCase} from './letter-case.ts';
import {isRouter, type RouteLayer, type RouterLike} from './router.ts';

/** Where a router runs a middleware. */
interface Placement {
	/** The first layer that runs it. */
	readonly layer: RouteLayer;
	/** The path of a layer that runs it for one letter case alone, while a route below takes any. */
	readonly oneCasePath: string | undefined;
}

/** Finds where a router with this stack runs a middleware, if it does. */
export type FindPlacement = (stack: readonly RouteLayer[]) => Placement | undefined;

/** @param runs whether a function is the middleware */
export function findPlacement(runs: (middleware: unknown) => boolean): FindPlacement {
	return memoizeByList((stack: readonly RouteLayer[]) => {
		const layers = stack.filter(one => one.stack.some(runs));
		const passed = layers.find(one => takesOneCase(one, stack));
		const [layer] = layers;

		return layer && {layer, oneCasePath: passed && String(passed.path)};
	});
}

/** Finds the router that runs a middleware for a request: the one that began last, or one that `app.use` placed. */
export function routerWith(
	{app, router}: Context,
	placementIn: FindPlacement,
): RouterLike | undefined {
	if (!isRouter(router)) {
		return undefined;
	}

	// The one that began last may have run inside it, and called next().
	return placementIn(router.stack)
		? router
		: routersAmong(app.middleware).find(({stack}) => placementIn(stack));
}

/** The routers among the middlewares of an app. */
export const routersAmong = memoizeByList((middlewares: readonly unknown[]) =>
	middlewares.map(routerOf).filter(isRouter),
);

/** A dispatch function of @koa/router has its router as a property. */
function routerOf(middleware: unknown): unknown {
	return (middleware as {router?: unknown}).router;
}
