import type {Context, Next} from 'koa';
import {userKey} from '../client/user-key.ts';
import {admitUnder} from '../limits/admit-under.ts';
import {andThen, type MaybePromise} from '../maybe-promise.ts';
import type {LimitSource, Limits} from '../options/limits.ts';
import type {KeyOf} from '../options/options.ts';
import type {RequestState} from '../request-state.ts';
import {guardBody} from '../response/guard-body.ts';
import {fieldsFor} from '../response/ratelimit-fields.ts';
import type {Refused} from '../response/refusal.ts';
import {refuse} from '../response/refuse.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';
import {type AdmitOptions, admitted} from '../stores/verdict.ts';
import {emitError} from '../telemetry/emit-error.ts';
import {decidedBefore} from './decided-before.ts';

/** Runs the rest of a request unless a limit refuses it. */
export type LimitRoute = (
	ctx: Context,
	next: Next,
	innermost: RequestState,
) => MaybePromise<unknown>;

/** Asks the user's functions about a request. */
interface Questions {
	/** What is counted in place of the client. */
	readonly key: (ctx: Context) => MaybePromise<unknown>;
	readonly limits: (ctx: Context) => MaybePromise<Limits>;
}

/** Why a gate refuses a request. */
interface Refusing {
	readonly verdict: Refused;
	/** What `key` returned was counted: others may have filled its rule. */
	readonly isKeyed: boolean;
}

/** @param key returns what is counted in place of the client */
export function limitRoute(source: LimitSource, key: KeyOf | undefined): LimitRoute {
	const decide = decider(source);
	const questions: Questions = {
		key: ctx => key?.(ctx),
		limits: ctx => (typeof source === 'function' ? source(ctx) : source),
	};

	/** Whether a gate refuses the request, and why. */
	const refusalAt = (
		ctx: Context,
		state: RequestState,
		innermost: RequestState,
		{key, limits}: Questions,
	): MaybePromise<Refusing | undefined> => {
		if (state.skipsRules || state.isRefused) {
			return undefined;
		}

		return andThen(key(ctx), given => {
			const {counted, options} = whatCounts(given, state);

			return andThen(decide(ctx, state, counted, options, limits), verdict => {
				if (verdict.kind === 'admitted') {
					return undefined;
				}

				const isKeyed = counted !== state.client;
				if (isKeyed) {
					state.speakFrom(innermost);
				}

				return {verdict, isKeyed};
			});
		});
	};

	const limit = (
		ctx: Context,
		next: Next,
		state: RequestState,
		innermost: RequestState,
		asked: Questions,
	) =>
		andThen(refusalAt(ctx, state, innermost, asked), refusing =>
			refusing ? refuse(ctx, state, refusing.verdict, refusing.isKeyed) : next(),
		);

	/** A dry run refuses nothing, whatever happens. */
	const watch = async (
		ctx: Context,
		dryRun: RequestState,
		innermost: RequestState,
		asked: Questions,
	) => {
		try {
			const refusing = await refusalAt(ctx, dryRun, innermost, asked);
			if (refusing) {
				refuse(ctx, dryRun, refusing.verdict, refusing.isKeyed);
			}
		} catch (error) {
			emitError(ctx, error);
		}
	};

	return function limitRoute(ctx, next, innermost) {
		const {enforcing, dryRuns} = innermost;
		guardBody(ctx);
		if (enforcing && dryRuns.length === 0) {
			return limit(ctx, next, enforcing, innermost, questions);
		}

		// The user's functions may have effects, such as a report. They run once, however many gates there are.
		const asked = {key: once(questions.key), limits: once(questions.limits)};
		const watching = dryRuns.map(dryRun => watch(ctx, dryRun, innermost, asked));
		return Promise.all(watching).then(() =>
			enforcing ? limit(ctx, next, enforcing, innermost, asked) : next(),
		);
	};
}

type Decide = (
	ctx: Context,
	state: RequestState,
	counted: string,
	options: AdmitOptions,
	limits: Questions['limits'],
) => MaybePromise<GuardedVerdict>;

/** Decides about a client or a key under these limits, once for each request. */
function decider(source: LimitSource): Decide {
	const fixedFields = typeof source === 'function' ? undefined : fieldsFor(source.rules);

	return function decide(ctx, state, counted, options, limitsOf) {
		const before = decidedBefore(state, source, counted);
		if (before) {
			return before;
		}

		return andThen(limitsOf(ctx), limits => {
			const {rules, hasUnnamed} = limits;
			const {store, warn, telemetry} = state.settings;
			const fields = fixedFields ?? fieldsFor(rules);
			if (hasUnnamed && store.shared) {
				warn('GATEKEEPER_UNNAMED_RULE', fields.policy);
			}

			const isKey = counted !== state.client;
			(isKey ? telemetry.keyRules : telemetry.clientRules).note(rules);

			const asked = rules.length > 0 ? admitUnder(ctx, state, limits, counted, options) : admitted;
			return andThen(asked, verdict => {
				state.decided = [...state.decided, {limits: source, client: counted, verdict}];
				fields.set(ctx, state, verdict);
				return verdict;
			});
		});
	};
}

/** Asks once, and gives every further caller the same answer. */
function once<T>(ask: (ctx: Context) => MaybePromise<T>): (ctx: Context) => Promise<T> {
	let answer: Promise<T> | undefined;

	return ctx => {
		answer ??= (async () => ask(ctx))();
		return answer;
	};
}

/** The client, or what the user's `key` returned in its place. */
function whatCounts(
	given: unknown,
	{client, immune, settings}: RequestState,
): {counted: string; options: AdmitOptions} {
	const counted = userKey('specific-key', given, settings);

	return counted === undefined
		? {counted: client, options: {immune}}
		: // No ban is meant for what is counted here, though a hashed key could be banned by hand.
			{counted, options: {immune: true, requester: client}};
}
