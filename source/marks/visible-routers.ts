import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-tag.ts';
import {survey} from './layer-marks.ts';
import {findPlacement, routersAmong, routerWith} from './placement.ts';
import {isRoute, type RouterLike} from './router.ts';

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
		const after = routersAmong(middlewares.slice(gate + 1));
		if (!named && gate > 0 && routersAmong(middlewares.slice(0, gate)).length > 0) {
			warn('GATEKEEPER_AFTER_ROUTER');
		}

		return {after, isFound: gate !== -1};
	});
	const placementIn = findPlacement(isGate);

	/** The router that the gate is mounted on. Warns where that leaves requests out. */
	const mountOf = (ctx: Context): readonly RouterLike[] => {
		const router = routerWith(ctx, placementIn);
		if (router === undefined) {
			return none;
		}

		const placement = placementIn(router.stack);
		if (router.exclusive && placement && !isRoute(placement.layer)) {
			warn('GATEKEEPER_EXCLUSIVE_ROUTER');
		}

		if (placement?.oneCasePath !== undefined) {
			warn('GATEKEEPER_LETTER_CASE', 'The gate', placement.oneCasePath);
		}

		return [router];
	};

	return ctx => {
		const {after, isFound} = placed(ctx.app.middleware);
		const mount = isFound ? none : mountOf(ctx);
		if (named) {
			return named;
		}

		// Where a tool wraps middlewares, it hides the gate as well as the marks.
		const areVisible = isFound || after.some(({stack}) => survey(stack).hasHiddenMarks);
		return areVisible ? after : mount;
	};
}
