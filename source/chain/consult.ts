import type {Context, Middleware} from 'koa';
import {isFunction} from '../checks/option-checks.ts';
import {admitUnder} from '../limits/admit-under.ts';
import {globalLimits} from '../limits/global-limits.ts';
import {knownBan} from '../limits/known-ban.ts';
import {andThen, isPromiseLike, type MaybePromise} from '../maybe-promise.ts';
import {type Limits, noLimits} from '../options/limits.ts';
import type {Settings} from '../options/settings.ts';
import {currentState, type RequestState} from '../request-state.ts';
import {admittedUnasked, type GuardedVerdict} from '../stores/guard/failure-policy.ts';

type Decide = (ctx: Context, state: RequestState) => MaybePromise<GuardedVerdict>;

/** Asks the store whether the client may come in under the global rules. */
export function consult({limits}: Settings): Middleware {
	const decide = typeof limits === 'function' ? unlessBanned(decideUnderFound) : underFixed(limits);

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

function decideUnderFound(ctx: Context, state: RequestState): MaybePromise<GuardedVerdict> {
	return andThen(globalLimits(ctx, state), limits => {
		state.settings.telemetry.clientRules.note(limits.rules);
		return decideUnder(ctx, state, limits);
	});
}

function underFixed(limits: Limits): Decide {
	const decide: Decide = (ctx, state) =>
		decideUnder(ctx, state, state.exemption === undefined ? limits : noLimits);

	return limits.costs?.some(isFunction) ? unlessBanned(decide) : decide;
}

/** Functions of the user that find rules or costs are not called for a client whose ban is known here. */
function unlessBanned(decide: Decide): Decide {
	return (ctx, state) => knownBan(state) ?? decide(ctx, state);
}

function setVerdict(state: RequestState, verdict: GuardedVerdict): void {
	state.verdict = verdict;
	const {probation, suspendedUntil, client, immune} = state;
	if (suspendedUntil !== undefined && !immune && showsNoBan(verdict)) {
		probation?.liftBan(client, suspendedUntil);
	}
}

function showsNoBan(verdict: GuardedVerdict): boolean {
	const isAnswer = verdict !== admittedUnasked;

	return isAnswer && (verdict.kind === 'admitted' || verdict.kind === 'limited');
}
