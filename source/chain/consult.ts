import type {Middleware} from 'koa';
import {isPromiseLike} from '../maybe-promise.ts';
import type {Settings} from '../options/settings.ts';
import {currentState, type RequestState} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';

/** Asks the store whether the client may come in under these rules. */
export function consult({store}: Settings): Middleware {
	return function consult(ctx, next) {
		const state = currentState(ctx);
		const {client, exemption, globalRules, immune} = state;
		if (exemption === 'bypass' || exemption === 'allowed') {
			return next();
		}

		const verdict = store.admit(client, globalRules, {immune});
		// Without `andThen`: where the verdict is there at once, no closure is made.
		if (isPromiseLike(verdict)) {
			return Promise.resolve(verdict).then(settled => {
				setVerdict(state, settled);
				return next();
			});
		}

		setVerdict(state, verdict);
		return next();
	};
}

function setVerdict(state: RequestState, verdict: GuardedVerdict): void {
	const {foresight, client} = state;
	state.verdict = verdict;
	if (foresight?.outcome === 'suspended' && showsNoBan(verdict)) {
		foresight.probation.liftBan(client);
	}
}

function showsNoBan({kind}: GuardedVerdict): boolean {
	return kind === 'admitted' || kind === 'limited';
}
