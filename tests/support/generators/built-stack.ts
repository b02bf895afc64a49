import {setImmediate} from 'node:timers/promises';
import {Router} from '@koa/router';
import Koa, {type Middleware} from 'koa';
import mount from 'koa-mount';
import {bypass, type Gatekeeper, type GatekeeperOptions, specific} from '../../../source/index.ts';
import {type Trace, Traces} from '../traces.ts';
import type {AnyPath, AnyRoute, AnyRouter} from './any-routers.ts';
import type {AnyPlace, AnyRequest, AnyStack} from './any-stack.ts';

export interface BuiltStack {
	readonly app: Koa;
	readonly gates: readonly Gatekeeper[];
	/** In the order of their places. */
	readonly routers: readonly Router[];
	readonly marks: readonly Middleware[];
	/** Of the request that says this in its header `X-Trail`. */
	trace(name: string): Trace;
}

/** Makes the gates, which stand one right after the other; without any there are no marks either. */
export type MakeGates = (options: Pick<GatekeeperOptions, 'routers'>) => readonly Gatekeeper[];

/**
 * Builds an app that writes down what happens in it.
 *
 * @param quota of the standalone and the other specific rules
 */
export function builtStack(stack: AnyStack, quota: number, makeGates: MakeGates): BuiltStack {
	const traces = new Traces();
	const routers = new Map(
		stack.places.flatMap(place =>
			place.is === 'router' ? [[place as AnyPlace, newRouter(place.router)] as const] : [],
		),
	);
	const told = [...routers].filter(([place]) => isTold(stack, place)).map(([, router]) => router);
	const gates = makeGates(stack.isTold ? {routers: told} : {});
	const marks = stack.marks.map(kind => (gates.length > 0 ? newMark(kind, quota) : pass));
	const limit = gates.length > 0 ? specific([quota, 60]) : pass;

	const app = new Koa();
	const inner = stack.gate === 'mounted' ? new Koa() : app;
	app.use(traces.begin);
	if (inner !== app) {
		app.use(mount(MOUNTED_AT, inner));
	}

	if (stack.gate !== 'router') {
		for (const gate of gates) {
			inner.use(gate);
		}
	}

	for (const place of stack.places) {
		const router = routers.get(place);
		if (router && place.is === 'router') {
			if (stack.gate === 'router') {
				for (const gate of gates) {
					router.use(gate);
				}
			}

			fill(router, place.router, {traces, marks, limit});
			inner.use(dispatch(router, place.as));
		} else {
			inner.use(between(place, traces));
		}
	}

	return {app, gates, routers: [...routers.values()], marks, trace: name => traces.named(name)};
}

/** Whether of all routes a request matches one alone, with a mark on it or before it. */
export function isOnlyRouteMarked(
	{routers, marks}: BuiltStack,
	{method, path, host}: AnyRequest,
): boolean {
	const here = routers.filter(router => router.matchHost(host));
	const matches = here.map(router => ({router, ...router.match(path, method)}));
	const withRoute = matches.filter(({route}) => route);
	const layers = withRoute.flatMap(({pathAndMethod}) => pathAndMethod);
	const routes = layers.filter(layer => layer.methods.length > 0);
	const isChosenAmongSome = withRoute.some(({router}) => router.exclusive) && layers.length > 1;

	return (
		routes.length === 1 &&
		!isChosenAmongSome &&
		layers
			.slice(0, layers.findIndex(layer => layer.methods.length > 0) + 1)
			.flatMap(layer => layer.stack)
			.some(middleware => marks.includes(middleware as Middleware))
	);
}

/** Where `koa-mount` puts what is mounted. */
export const MOUNTED_AT = '/p';

interface Fittings {
	readonly traces: Traces;
	readonly marks: readonly Middleware[];
	readonly limit: Middleware;
	/** Whether only one layer runs, so that nothing can stand right after a `router.use` mark. */
	readonly isExclusive?: boolean;
}

function isTold({gate}: AnyStack, place: AnyPlace): boolean {
	return place.is === 'router' && (gate === 'router' || place.as !== 'mounted');
}

function newRouter({prefix, host, exclusive}: AnyRouter): Router {
	return new Router({
		exclusive,
		...(prefix !== undefined && {prefix}),
		...(host !== undefined && {host}),
	});
}

function newMark(kind: 'bypass' | 'standalone', quota: number): Middleware {
	return kind === 'bypass' ? bypass() : specific([quota, 60], {standalone: true});
}

const pass: Middleware = (_ctx, next) => next();

function fill(router: Router, {layers, exclusive}: AnyRouter, fittings: Fittings): void {
	const {traces, limit} = fittings;
	const isExclusive = fittings.isExclusive ?? exclusive !== false;

	for (const layer of layers) {
		const mark = 'mark' in layer ? fittings.marks.slice(layer.mark, layer.mark + 1) : [];
		const marks = mark.length > 0 ? [...mark, traces.cover] : [];

		switch (layer.is) {
			case 'route': {
				const handlers = [...(layer.isLimited ? [limit] : []), handler(layer, fittings)];
				router[layer.method](newPath(layer.path), ...marks, ...handlers);
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
				const nested = newRouter(layer.router);
				fill(nested, layer.router, {...fittings, isExclusive});
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

function dispatch(router: Router, as: 'dispatch' | 'wrapped' | 'mounted'): Middleware {
	const routes = router.routes() as Middleware;
	switch (as) {
		case 'dispatch':
			return routes;
		case 'wrapped':
			return (ctx, next) => routes(ctx, next);
		case 'mounted':
			return mount(MOUNTED_AT, routes);
	}
}

function between(place: AnyPlace, traces: Traces): Middleware {
	switch (place.is) {
		case 'rewrite':
			return (ctx, next) => {
				if (ctx.path === place.from) {
					ctx[place.what] = place.to;
				}

				return next();
			};
		case 'override':
			return (ctx, next) => {
				ctx.method = place.method;
				return next();
			};
		case 'stop':
			return (ctx, next) => {
				if (ctx.path !== place.on) {
					return next();
				}

				return place.throws ? traces.fail(ctx) : undefined;
			};
		case 'wait':
			return wait(place.turns);
		default:
			return pass;
	}
}

function wait(turns: number): Middleware {
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

function newPath(path: AnyPath): string | RegExp {
	return typeof path === 'string' ? path : new RegExp(path.source, path.flags);
}
