import {setImmediate} from 'node:timers/promises';
import type {Router} from '@koa/router';
import type {Middleware} from 'koa';
import {majorOf, type RouterVersion, routerOf, routerPackages} from '../router-versions.ts';
import type {Traces} from '../traces.ts';
import type {AnyPath, AnyRoute, AnyRouter} from './any-routers.ts';

/** What the layers of a router are made with. */
interface Fittings {
	readonly traces: Traces;
	readonly marks: readonly Middleware[];
	readonly limit: Middleware;
	readonly version: RouterVersion;
	/** Whether only one layer runs, so that nothing can run right after the mark of a `router.use`. */
	readonly isExclusive?: boolean;
}

export function newRouter({prefix, host, exclusive}: AnyRouter, version: RouterVersion): Router {
	return new (routerOf(routerPackages[version]))({
		// Only 15 knows 'specificity'. Before, it means the same as true.
		exclusive: majorOf(version) < 15 ? exclusive !== false : exclusive,
		...(prefix !== undefined && {prefix}),
		...(host !== undefined && {host}),
	});
}

/** Adds the layers to a router, and to its nested routers. */
export function addLayers(
	router: Router,
	{layers, exclusive}: AnyRouter,
	fittings: Fittings,
): void {
	const {traces, limit, version} = fittings;
	const isExclusive = fittings.isExclusive ?? exclusive !== false;

	for (const layer of layers) {
		const mark = 'mark' in layer ? fittings.marks.slice(layer.mark, layer.mark + 1) : [];
		const marks = mark.length > 0 ? [...mark, traces.cover] : [];

		switch (layer.is) {
			case 'route': {
				const handlers = [...(layer.isLimited ? [limit] : []), handler(layer, fittings)];
				router[layer.method](newPath(layer.path, version), ...marks, ...handlers);
				break;
			}

			case 'use': {
				const middlewares = [...(isExclusive ? mark : marks), wait(layer.turns)];
				if (layer.path === undefined) {
					router.use(...middlewares);
				} else {
					router.use(layer.path, ...middlewares);
				}

				break;
			}

			case 'nest': {
				const nested = newRouter(layer.router, version);
				addLayers(nested, layer.router, {...fittings, isExclusive});
				if (layer.path === undefined) {
					router.use(nested.routes());
				} else {
					router.use(layer.path, nested.routes());
				}
			}
		}
	}
}

function handler(route: AnyRoute, {traces}: Fittings): Middleware {
	return async (ctx, next) => {
		traces.reach(ctx, route);
		await spend(route.turns);
		if (route.throws) {
			traces.fail(ctx);
		}

		ctx.body = 'ok';
		if (route.passesOn) {
			await next();
		}
	};
}

/** A middleware that takes some turns of the event loop. */
export function wait(turns: number): Middleware {
	return async (_ctx, next) => {
		await spend(turns);
		await next();
	};
}

async function spend(turns: number): Promise<void> {
	for (let turn = 0; turn < turns; turn += 1) {
		await setImmediate();
	}
}

/**
 * A path as this version of the router takes it. Some respond 500 to regular expressions, without a gate as well:
 * until 14, a route whose expression is global or sticky; in 11, a router after one that has an expression.
 */
function newPath(path: AnyPath, version: RouterVersion): string | RegExp {
	const major = majorOf(version);
	if (typeof path === 'string') {
		const hasOldPatterns = major < 14;
		return hasOldPatterns ? path.replace('{*rest}', '(.*)').replace('{/:x}', '/:x?') : path;
	}

	return major === 11 ? '/:x' : new RegExp(path.source, major < 15 ? '' : path.flags);
}
