import type {Middleware} from 'koa';
import type {Settings} from '../settings.ts';
import type {GuardedVerdict} from '../stores/questions.ts';
import {isPromise} from '../when-answered.ts';
import {currentPassage, type Passage} from './passage.ts';

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
