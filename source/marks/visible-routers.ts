import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-tag.ts';
import {survey} from './layer-marks.ts';
import {oneCasePath} from './letter-case.ts';
import {isRouter, type RouteLayer, type RouterLike} from './router.ts';

const none: readonly RouterLike[] = [];

/**
 * Returns a function that finds the routers that a request can reach: those that `app.use` placed after the gate,
 * or the one that the gate is mounted on with `router.use`. If a tool has wrapped the gate, they are all routers
 * of the app, as soon as one of them has run a mark that is wrapped too.
 */
export function visibleRouters(
	isGate: IsGate,
	warn: Warn,
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

	return ({app, router}) => {
		const {after, isFound} = placed(app.middleware);
		// Where a tool wraps middlewares, it hides the gate as well as the marks.
		if (isFound ? after.length > 0 : after.some(({stack}) => survey(stack).hasHiddenMarks)) {
			return after;
		}

		// ctx.router may be another router: a parent's, or one that ran before the gate and called next().
		if (!isRouter(router)) {
			return none;
		}

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
}

function routersOf(middlewares: readonly unknown[]): readonly RouterLike[] {
	return middlewares.map(routerOf).filter(isRouter);
}

/** A dispatch function of @koa/router has its router as a property. */
function routerOf(middleware: unknown): unknown {
	return (middleware as {router?: unknown}).router;
}
