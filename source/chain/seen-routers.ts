import type {Context} from 'koa';
import {isRouter, type RouterLike} from '../router.ts';
import type {Warn} from '../warnings.ts';
import type {IsGate} from './gate-identity.ts';

/** What was seen while a list of middlewares or a router's stack had this length. */
interface View {
	readonly length: number;
	readonly routers: readonly RouterLike[];
}

type Look = (ctx: Context) => readonly RouterLike[];

const nothing: readonly RouterLike[] = [];

/**
 * Finds the routers that a gate can see on a request's way: those that `app.use` placed after it, or
 * the one that it is mounted on with `router.use`.
 */
export function seenRouters(isGate: IsGate, warn: Warn): Look {
	const views = new WeakMap<object, View>();

	/** Looks anew only when something was added. */
	function view(
		owner: object,
		{length}: readonly unknown[],
		look: () => readonly RouterLike[],
	): readonly RouterLike[] {
		const known = views.get(owner);
		if (known?.length === length) {
			return known.routers;
		}

		const routers = look();
		views.set(owner, {length, routers});
		return routers;
	}

	return ctx => {
		const {app, router} = ctx;
		const placed = view(app, app.middleware, () => routersAfter(isGate, app.middleware));
		if (placed.length > 0 || !isRouter(router)) {
			return placed;
		}

		return view(router, router.stack, () => {
			const layer = router.stack.find(({stack}) => stack.some(isGate));
			if (layer?.methods.length === 0 && router.exclusive) {
				warn(
					'GATEKEEPER_EXCLUSIVE_ROUTER',
					'The gate is mounted with router.use on an exclusive router, which runs it in place of a route and not before one: mount it with app.use',
				);
			}

			return layer ? [router] : nothing;
		});
	};
}

function routersAfter(isGate: IsGate, middlewares: readonly unknown[]): readonly RouterLike[] {
	const gate = middlewares.findIndex(isGate);

	return gate === -1
		? nothing
		: middlewares
				.slice(gate + 1)
				.map(middleware => (middleware as {router?: unknown}).router)
				.filter(isRouter);
}
