import type {Context, Middleware} from 'koa';
import {admitUnder} from '../limits/admit-under.ts';
import {globalLimits} from '../limits/global-limits.ts';
import {andThen, isPromiseLike, type MaybePromise} from '../maybe-promise.ts';
import {type Limits, noLimits} from '../options/limits.ts';
import type {Settings} from '../options/settings.ts';
import {currentState, type RequestState} from '../request-state.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';

/** Asks the store whether the client may come in under the global rules. */
export function consult({limits}: Settings): Middleware {
	const decide =
		typeof limits === 'function'
			? decideUnderFoundLimits
			: (ctx: Context, state: RequestState) =>
					decideUnder(ctx, state, state.exemption === undefined ? limits : noLimits);

	return function consult(ctx, next) {
		const state = currentState(ctx);
		const {exemption} = state;
		if (exemption === 'bypass' || exemption === 'allowed') {
			return next();
		}

		const verdict = decide(ctx, state);
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

function decideUnder(
	ctx: Context,
	state: RequestState,
	limits: Limits,
): MaybePromise<GuardedVerdict> {
	const {client, immune} = state;
	state.limits = limits;

	return admitUnder(ctx, state, limits, client, {immune});
}

/** The rules of a client whose ban is known here are not needed. */
function decideUnderFoundLimits(ctx: Context, state: RequestState): MaybePromise<GuardedVerdict> {
	const {client, immune, settings} = state;
	const ban = immune ? undefined : settings.store.knownBan(client);
	if (ban) {
		return ban;
	}

	return andThen(globalLimits(ctx, state), limits => {
		settings.telemetry.clientRules.note(limits.rules);
		return decideUnder(ctx, state, limits);
	});
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
