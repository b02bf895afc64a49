import type {Middleware} from 'koa';
import type {Rule} from '../rules.ts';
import type {Settings} from '../settings.ts';
import {isPromise} from '../stores/in-time.ts';
import {admitted} from '../stores/store.ts';
import {currentPassage} from './passage.ts';

const noRules: readonly Rule[] = [];

/** Asks the store the one question: may this client come in under these rules? */
export function consult({guarded, rules}: Settings): Middleware {
	return function consult(ctx, next) {
		const passage = currentPassage(ctx);
		const {client, exemption, immune} = passage;
		if (exemption === 'bypass') {
			passage.verdict = admitted;
			return next();
		}

		const decision = guarded.admit(client, exemption ? noRules : rules, {immune});
		if (isPromise(decision)) {
			return decision.then(later => {
				passage.verdict = later;
				return next();
			});
		}

		passage.verdict = decision;
		return next();
	};
}
