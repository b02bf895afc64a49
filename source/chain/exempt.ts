import type {Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import {runForeseen} from './marks/foresight.ts';
import {isGateOf} from './marks/gate-identity.ts';
import {Probation} from './marks/probation.ts';
import {foresee, matchedLayers, routedPath} from './marks/route-marks.ts';
import {seenRouters} from './marks/seen-routers.ts';
import {currentPassage, type Foresight} from './passage.ts';

/** Exempts a request from the global rules by its method, or because the router will run a mark. */
export function exempt(settings: Settings): Middleware {
	const {excludedMethods, routers, warn} = settings;
	const isGate = isGateOf(settings);
	const look = routers ? () => routers : seenRouters(isGate, warn);
	const probation = new Probation(settings);

	return function exempt(ctx, next) {
		const passage = currentPassage(ctx);
		if (passage.exemption === 'allowed') {
			return next();
		}

		if (excludedMethods.size > 0 && excludedMethods.has(ctx.method.toUpperCase())) {
			passage.exemption = 'method';
		}

		const expected = foresee(ctx, look(ctx), isGate);
		if (expected === undefined) {
			return next();
		}

		const isExempt = probation.begin(passage.client);
		const foresight: Foresight = {
			...expected,
			method: ctx.method,
			path: routedPath(ctx),
			matchedBefore: matchedLayers(ctx).length,
			probation,
			outcome: isExempt ? 'unproven' : 'withheld',
		};
		passage.foresight = foresight;

		return isExempt ? runForeseen(passage, foresight, next) : next();
	};
}
