import type {Context} from 'koa';
import {remembered} from '../collections/memoize-list.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-tag.ts';
import {isRouter, type RouteLayer, type RouterLike} from './router.ts';

const none: readonly RouterLike[] = [];

/**
 * Finds the routers that a gate can see on a request's way: those that `app.use` placed after it, or
 * the one that it is mounted on with `router.use`.
 */
export function seenRouters(isGate: IsGate, warn: Warn): (ctx: Context) => readonly RouterLike[] {
	const placedAfter = remembered((middlewares: readonly unknown[]) => {
		const gate = middlewares.findIndex(isGate);
		return gate === -1
			? none
			: middlewares
					.slice(gate + 1)
					.map(routerOf)
					.filter(isRouter);
	});
	const layerOfGate = remembered((stack: readonly RouteLayer[]) =>
		stack.find(layer => layer.stack.some(isGate)),
	);

	return ({app, router}) => {
		const placed = placedAfter(app.middleware);
		// ctx.router may be another's: a parent's, or one that stands before the gate and has passed on.
		if (placed.length > 0 || !isRouter(router)) {
			return placed;
		}

		const layer = layerOfGate(router.stack);
		if (layer?.methods.length === 0 && router.exclusive) {
			warnExclusive(warn);
		}

		return layer ? [router] : none;
	};
}

/** What a dispatch function of @koa/router carries. */
function routerOf(middleware: unknown): unknown {
	return (middleware as {router?: unknown}).router;
}

function warnExclusive(warn: Warn): void {
	warn(
		'GATEKEEPER_EXCLUSIVE_ROUTER',
		() =>
			'The gate is mounted with router.use on an exclusive router, which runs it in place of a route, or not at all: mount it with app.use',
	);
}
