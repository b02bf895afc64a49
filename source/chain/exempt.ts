import type {Middleware} from 'koa';
import {ExcludedMethods} from '../exemptions/excluded-methods.ts';
import {foresee, matchedLayers} from '../marks/foresee.ts';
import {runForeseen} from '../marks/foresight.ts';
import {isGateOf} from '../marks/gate-tag.ts';
import {Probation} from '../marks/probation.ts';
import {routedPath} from '../marks/routed-path.ts';
import {seenRouters} from '../marks/visible-routers.ts';
import {whenAnswered} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentPassage, type Foresight} from '../request-state.ts';

/** Exempts a request from the global rules by its method, or because the router will run a mark. */
export function exempt(settings: Settings): Middleware {
	const {routers, warn} = settings;
	const isGate = isGateOf(settings);
	const look = routers ? () => routers : seenRouters(isGate, warn);
	const probation = new Probation(settings);
	const excludedMethods = new ExcludedMethods(settings, probation);

	return function exempt(ctx, next) {
		const passage = currentPassage(ctx);
		if (passage.exemption === 'allowed') {
			return next();
		}

		const isExcluded = excludedMethods.has(ctx);
		const expected = foresee(ctx, look(ctx), isGate);
		if (expected === undefined) {
			return isExcluded ? excludedMethods.run(ctx, passage, next) : next();
		}

		const {client, namesNobody} = passage;
		const isSuspended = probation.isSuspended(client);
		return whenAnswered(probation.begin(client, namesNobody), isExempt => {
			const foresight: Foresight = {
				...expected,
				method: ctx.method,
				path: routedPath(ctx),
				matchedBefore: matchedLayers(ctx).length,
				probation,
				outcome: isExempt ? 'unproven' : isSuspended ? 'suspended' : 'withheld',
			};
			passage.foresight = foresight;
			if (!isExempt) {
				return isExcluded ? excludedMethods.run(ctx, passage, next) : next();
			}

			// By then the method may have been rewritten.
			const remaining = () => (isExcluded && excludedMethods.has(ctx) ? 'method' : undefined);
			return runForeseen(passage, foresight, remaining, next);
		});
	};
}
