import type {Middleware} from 'koa';
import {ExcludedMethods} from '../exemptions/excluded-methods.ts';
import {runForeseen} from '../exemptions/run-foreseen.ts';
import {runWithheld} from '../exemptions/run-withheld.ts';
import {peek} from '../limits/peek.ts';
import {foresee} from '../marks/foresee.ts';
import type {Foresight} from '../marks/foresight.ts';
import {isGateOf} from '../marks/gate-tag.ts';
import {layersBehind} from '../marks/matching.ts';
import {Probation} from '../marks/probation.ts';
import {routedPath} from '../marks/routed-path.ts';
import {visibleRouters} from '../marks/visible-routers.ts';
import {andThen} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentState} from '../request-state.ts';
import {hasResponse} from '../response/has-response.ts';

/** Exempts a request from the global rules by its method, or because a router will run a marked route. */
export function exempt(settings: Settings): Middleware {
	const {routers, warn} = settings;
	const isGate = isGateOf(settings);
	const routersFor = visibleRouters(isGate, warn, routers);
	const {limits, banRule, store} = settings;
	const isFixed = typeof limits !== 'function';
	const probation = new Probation({
		rules: isFixed ? limits.rules : [],
		isCertain: isFixed && limits.costs === undefined,
		banRule,
		store,
	});
	const excludedMethods = new ExcludedMethods(settings.excludedMethods, probation);

	return function exempt(ctx, next) {
		const state = currentState(ctx);
		if (state.exemption === 'allowed') {
			return next();
		}

		const {client} = state;
		state.probation = probation;
		state.suspendedUntil = probation.suspendedUntil(client);
		const isExcluded = excludedMethods.has(ctx);
		// No router for requests runs for a WebSocket of koa-websocket.
		const expected = hasResponse(ctx) ? foresee(ctx, routersFor(ctx), isGate, warn) : undefined;
		if (expected === undefined) {
			return isExcluded ? excludedMethods.run(ctx, state, next) : next();
		}

		return andThen(
			probation.mayBegin(client, () => peek(ctx, state)),
			mayBegin => {
				const isExempt = mayBegin && probation.begin(client);
				const foresight: Foresight = {
					mark: expected.mark,
					route: expected.route,
					probation,
					method: ctx.method,
					path: routedPath(ctx),
					layersBehind: layersBehind(ctx, isGate),
					outcome: isExempt ? 'unproven' : 'withheld',
				};
				state.foresight = foresight;
				if (!isExempt) {
					const rest = isExcluded ? () => excludedMethods.runUntrusted(ctx, state, next) : next;
					return runWithheld(ctx, state, foresight, rest);
				}

				const remaining = (isOver: boolean) =>
					isExcluded && excludedMethods.keeps(ctx, isOver) ? 'method' : undefined;
				const run = () => runForeseen(ctx, state, foresight, remaining, next);
				return isExcluded ? excludedMethods.runAndCountIfRewritten(ctx, state, run) : run();
			},
		);
	};
}
