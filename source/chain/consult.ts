import type {Middleware} from 'koa';
import {isPromise} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentPassage, type Passage} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/questions.ts';

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
				setVerdict(passage, verdict);
				return next();
			});
		}

		setVerdict(passage, answer);
		return next();
	};
}

function setVerdict(passage: Passage, verdict: GuardedVerdict): void {
	const {foresight, client} = passage;
	passage.verdict = verdict;
	if (foresight?.outcome === 'suspended' && showsNoBan(verdict)) {
		foresight.probation.liftBan(client);
	}
}

function showsNoBan({kind}: GuardedVerdict): boolean {
	return kind === 'admitted' || kind === 'limited';
}
