import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-tag.ts';
import {isRouter, type RouteLayer, type RouterLike} from './router.ts';

const none: readonly RouterLike[] = [];

/**
 * Returns a function that finds the routers that a request can reach: those that `app.use` placed after the gate,
 * or the one that the gate is mounted on with `router.use`.
 */
export function visibleRouters(
	isGate: IsGate,
	warn: Warn,
): (ctx: Context) => readonly RouterLike[] {
	const placedAfter = memoizeByList((middlewares: readonly unknown[]) => {
		const gate = middlewares.findIndex(isGate);
		if (middlewares.slice(0, Math.max(0, gate)).map(routerOf).some(isRouter)) {
			warn('GATEKEEPER_AFTER_ROUTER');
		}

		return gate === -1
			? none
			: middlewares
					.slice(gate + 1)
					.map(routerOf)
					.filter(isRouter);
	});
	const layerOfGate = memoizeByList((stack: readonly RouteLayer[]) =>
		stack.find(layer => layer.stack.some(isGate)),
	);

	return ({app, router}) => {
		const placed = placedAfter(app.middleware);
		// ctx.router may be another router: a parent's, or one that ran before the gate and called next().
		if (placed.length > 0 || !isRouter(router)) {
			return placed;
		}

		const layer = layerOfGate(router.stack);
		if (layer?.methods.length === 0 && router.exclusive) {
			warn('GATEKEEPER_EXCLUSIVE_ROUTER');
		}

		return layer ? [router] : none;
	};
}

/** A dispatch function of @koa/router has its router as a property. */
function routerOf(middleware: unknown): unknown {
	return (middleware as {router?: unknown}).router;
}
