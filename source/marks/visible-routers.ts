import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-tag.ts';
import {survey} from './layer-marks.ts';
import {oneCasePath} from './letter-case.ts';
import {isRouter, type RouteLayer, type RouterLike} from './router.ts';

const none: readonly RouterLike[] = [];

/**
 * Returns a function that finds the routers that a request can reach: those that the user has named; or those that
 * `app.use` placed after the gate, or the one that the gate is mounted on with `router.use`. If a tool has wrapped the
 * gate, they are all routers of the app, as soon as one of them has run a mark that is wrapped too.
 */
export function visibleRouters(
	isGate: IsGate,
	warn: Warn,
	named?: readonly RouterLike[],
): (ctx: Context) => readonly RouterLike[] {
	const placed = memoizeByList((middlewares: readonly unknown[]) => {
		const gate = middlewares.findIndex(isGate);
		const after = routersOf(middlewares.slice(gate + 1));
		if (gate > 0 && routersOf(middlewares.slice(0, gate)).length > 0) {
			warn('GATEKEEPER_AFTER_ROUTER');
		}

		return {after, isFound: gate !== -1};
	});
	const layerOfGate = memoizeByList((stack: readonly RouteLayer[]) =>
		stack.find(layer => layer.stack.some(isGate)),
	);
	const passedAt = oneCasePath(isGate);

	/** The router, if the gate is mounted on it. Warns where that leaves requests out. */
	const mountedOn = (router: RouterLike): readonly RouterLike[] => {
		const layer = layerOfGate(router.stack);
		if (layer?.methods.length === 0 && router.exclusive) {
			warn('GATEKEEPER_EXCLUSIVE_ROUTER');
		}

		const path = passedAt(router.stack);
		if (path !== undefined) {
			warn('GATEKEEPER_LETTER_CASE', 'The gate', path);
		}

		return layer ? [router] : none;
	};

	return ({app, router}) => {
		// `router` may be another one: a parent's, or one that ran before the gate and called next().
		const mount = isRouter(router) ? mountedOn(router) : none;
		if (named) {
			return named;
		}

		const {after, isFound} = placed(app.middleware);
		// Where a tool wraps middlewares, it hides the gate as well as the marks.
		const areVisible = isFound
			? after.length > 0
			: after.some(({stack}) => survey(stack).hasHiddenMarks);
		return areVisible ? after : mount;
	};
}

function routersOf(middlewares: readonly unknown[]): readonly RouterLike[] {
	return middlewares.map(routerOf).filter(isRouter);
}

/** A dispatch function of @koa/router has its router as a property. */
function routerOf(middleware: unknown): unknown {
	return (middleware as {router?: unknown}).router;
}
