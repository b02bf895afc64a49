import type {Router} from '@koa/router';
import Koa, {type Middleware} from 'koa';
import mount from 'koa-mount';
import {bypass, type Gatekeeper, type GatekeeperOptions, specific} from '../../../source/index.ts';
import {type Trace, Traces} from '../traces.ts';
import type {AnyPlace, AnyRequest, AnyStack} from './any-stack.ts';
import {addLayers, newRouter, wait} from './built-router.ts';

export interface BuiltStack {
	readonly app: Koa;
	readonly gates: readonly Gatekeeper[];
	/** In the order of their places. */
	readonly routers: readonly Router[];
	readonly marks: readonly Middleware[];
	/** The trace of the request with this name in its header `X-Trace`. */
	trace(name: string): Trace;
}

/** Makes the gates, which run directly one after the other. Without gates there are no marks. */
export type MakeGates = (options: Pick<GatekeeperOptions, 'routers'>) => readonly Gatekeeper[];

/**
 * Builds an app that records what happens in it.
 *
 * @param quota the count of every specific rule
 */
export function builtStack(stack: AnyStack, quota: number, makeGates: MakeGates): BuiltStack {
	const traces = new Traces();
	const routers = new Map(
		stack.places.flatMap(place =>
			place.is === 'router'
				? [[place as AnyPlace, newRouter(place.router, stack.version)] as const]
				: [],
		),
	);
	const listed = [...routers]
		.filter(([place]) => canBeListed(stack, place))
		.map(([, router]) => router);
	const gates = makeGates(stack.listsRouters ? {routers: listed} : {});
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

			addLayers(router, place.router, {traces, marks, limit, version: stack.version});
			inner.use(dispatch(router, place.as));
		} else {
			inner.use(between(place, traces));
		}
	}

	return {app, gates, routers: [...routers.values()], marks, trace: name => traces.named(name)};
}

/** Whether a request matches only one route, and that route has a mark on it or before it. */
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

/** The path of everything that `koa-mount` mounts. */
export const MOUNTED_AT = '/p';

function canBeListed({gate}: AnyStack, place: AnyPlace): boolean {
	return place.is === 'router' && (gate === 'router' || place.as !== 'mounted');
}

function newMark(kind: 'bypass' | 'standalone', quota: number): Middleware {
	return kind === 'bypass' ? bypass() : specific([quota, 60], {standalone: true});
}

const pass: Middleware = (_ctx, next) => next();

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
