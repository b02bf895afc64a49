import type {Context} from 'koa';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-tag.ts';
import {survey} from './layer-marks.ts';
import {findPlacement, routersAmong, routersRunning} from './placement.ts';
import type {RouterLike} from './router.ts';

const none: readonly RouterLike[] = [];

/**
 * Returns a function that finds the routers that a request can reach: the one that the gate is mounted on with
 * `router.use`, and those that the user has named, or those that `app.use` placed after the gate. If a tool has wrapped
 * the gate, they are all routers of the app, as soon as one of them has run a mark that is wrapped too.
 */
export function visibleRouters(
	isGate: IsGate,
	warn: Warn,
	named?: readonly RouterLike[],
): (ctx: Context) => readonly RouterLike[] {
	const placed = memoizeByList((middlewares: readonly unknown[]) => {
		const gate = middlewares.findIndex(isGate);
		const isFound = gate !== -1;
		const before = routersAmong(isFound ? middlewares.slice(0, gate) : middlewares);
		const after = routersAmong(middlewares.slice(gate + 1));
		if (isFound && before.some(router => !named || named.includes(router))) {
			warn('GATEKEEPER_AFTER_ROUTER');
		}

		return {before, after, isFound};
	});
	const placementIn = findPlacement(isGate);

	/** The router that the gate is mounted on. Warns where that leaves requests out. */
	const mountsOf = (ctx: Context, before: readonly RouterLike[]): readonly RouterLike[] => {
		const mounts = routersRunning(ctx, placementIn, before);
		for (const {stack, exclusive} of mounts) {
			const placement = placementIn(stack);
			if (exclusive && placement?.isForAllRoutes) {
				warn('GATEKEEPER_EXCLUSIVE_ROUTER');
			}

			if (placement?.oneCasePath !== undefined) {
				warn('GATEKEEPER_LETTER_CASE', 'The gate', placement.oneCasePath);
			}
		}

		return mounts;
	};

	return ctx => {
		const {before, after, isFound} = placed(ctx.app.middleware);
		const mounts = mountsOf(ctx, before);
		// Where a tool wraps middlewares, it hides the gate as well as the marks.
		const areVisible = isFound || after.some(({stack}) => survey(stack).hasHiddenMarks);
		const others = named ?? (areVisible ? after : none);
		return mounts.length > 0 ? [...mounts, ...others] : others;
	};
}
