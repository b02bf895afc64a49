import type {Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import {isPromise} from '../when-answered.ts';
import {currentPassage} from './passage.ts';

/** Asks the store the one question: may this client come in under these rules? */
export function consult({guarded}: Settings): Middleware {
	return function consult(ctx, next) {
		const passage = currentPassage(ctx);
		const {client, exemption, globalRules, namesNobody} = passage;
		if (exemption === 'bypass' || exemption === 'allowed') {
			return next();
		}

		const answer = guarded.admit(client, globalRules, {immune: namesNobody});
		if (isPromise(answer)) {
			return answer.then(verdict => {
				passage.verdict = verdict;
				return next();
			});
		}

		passage.verdict = answer;
		return next();
	};
}
