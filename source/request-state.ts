import type {Context} from 'koa';
import {explanationOf} from './client/explanation.ts';
import {type Identity, unidentified} from './client/identity.ts';
import type {Exemption, Explanation, GateState, GateVerdict} from './context.ts';
import type {Foresight} from './marks/foresight.ts';
import type {Probation} from './marks/probation.ts';
import {type LimitSource, type Limits, noLimits, type PlaceTaken} from './options/limits.ts';
import type {Settings} from './options/settings.ts';
import type {GuardedVerdict} from './stores/guard/failure-policy.ts';
import {admitted, type Quota} from './stores/verdict.ts';

/** What a `specific`, identified by its limits, has decided about a client or key. */
interface Decided {
	readonly limits: LimitSource;
	readonly client: string;
	readonly verdict: GuardedVerdict;
}

const nothingDecided: readonly Decided[] = [];
const noQuotas: readonly Quota[] = [];
const noDryRuns: readonly RequestState[] = [];
export const noPlaces: readonly PlaceTaken[] = [];

/** One request at one gate: what the links of the chain share. */
export class RequestState implements GateState {
	client = '';
	exemption: Exemption | undefined;
	verdict: GateVerdict = admitted;
	readonly outer: RequestState | undefined;

	/** The nearest gate that is no dry run: it owns the request. */
	readonly enforcing: RequestState | undefined;
	/** The dry runs on the way, the nearest first. They follow what is done at the enforcing gate. */
	readonly dryRuns: readonly RequestState[];
	readonly settings: Settings;
	identity: Identity = unidentified;
	/** Bans do not apply to this request, and its reports begin none: no client of its own is known. */
	immune = true;
	/** The peer looks like a proxy, but no option names its header: its reports count nothing. */
	isUnseenProxy = false;
	/** The mark that the router is expected to run, if any. */
	foresight: Foresight | undefined;
	probation: Probation | undefined;
	/** When the client's suspension is to end, as it was before the store was asked; undefined without one. */
	suspendedUntil: number | undefined;
	/** An exemption of this request has proved wrong, or would have if it had not been withheld. */
	isDistrusted = false;
	/** When the last ban ends that a report or a ban of this request has begun or met. */
	banEndsAt = -Infinity;
	/** A `bypass()` has run, for a plain target: no `specific` behind it applies. */
	bypassHasRun = false;
	/** The global rules that the store was asked about. */
	limits: Limits = noLimits;
	/** What each `specific` has decided, so that it counts a client or key once. */
	decided: readonly Decided[] = nothingDecided;
	/** What `countWhen` may give back when the request is done. */
	places: readonly PlaceTaken[] = noPlaces;
	/** The text of `RateLimit-Policy` and of `RateLimit`, with every rule so far. */
	policyField = '';
	rateLimitField = '';
	/** The quotas that the fields show so far. */
	shownQuotas: readonly Quota[] = noQuotas;
	/** A dry run would have refused the request: it counts and reports nothing more. */
	isRefused = false;
	/** Whether the gate has admitted the request: undefined until it has decided. A `specific` may still refuse it. */
	isAdmitted: boolean | undefined;
	whenDecided: (() => void) | undefined;
	/** The client is not known, so that the request gets a 400 or 431. */
	isUnidentified = false;
	/** The request has left this gate. */
	isOver = false;
	/** Something has judged the request for this gate, so that `reportWhen` is not asked. */
	isSpokenFor = false;
	/** The reports and bans for which the response waits. */
	readonly unsettled = new Set<Promise<unknown>>();

	constructor(settings: Settings, outer: RequestState | undefined) {
		this.settings = settings;
		this.outer = outer;
		const dryRuns = outer?.dryRuns ?? noDryRuns;
		this.enforcing = settings.dryRun ? outer?.enforcing : this;
		this.dryRuns = settings.dryRun ? [this, ...dryRuns] : dryRuns;
	}

	/** What `ctx.state.gatekeeper` shows: the enforcing gate, or the nearest dry run if there is none. */
	get shown(): RequestState {
		return this.enforcing ?? this.dryRuns[0] ?? this;
	}

	/** Does something at the gate that is shown, and the same at all dry runs. Returns what the first returns. */
	atAllGates<Result>(act: (state: RequestState) => Result): Result {
		const {shown} = this;
		for (const dryRun of this.dryRuns) {
			if (dryRun !== shown) {
				act(dryRun);
			}
		}

		return act(shown);
	}

	/** Notes what the gate has decided. What comes later changes nothing. */
	decide(isAdmitted: boolean): void {
		if (this.isAdmitted === undefined) {
			this.isAdmitted = isAdmitted;
			this.whenDecided?.();
		}
	}

	/** Notes that the gate refuses the request, or would if it were no dry run. */
	markRefused(): void {
		this.isRefused = this.settings.dryRun;
		this.decide(false);
	}

	/**
	 * Notes that this gate, or a handler at it, has judged the request: for itself and for the gates before it, which
	 * would count the same thing again, perhaps for another client. A dry run speaks for no gate that enforces. One that
	 * would have refused the request before has no part in what follows.
	 *
	 * @param first the nearest gate that is spoken for
	 */
	speakFrom(first: RequestState | undefined): void {
		for (let gate = first; gate; gate = gate.outer) {
			const isWatching = this.settings.dryRun && !gate.settings.dryRun;
			gate.isSpokenFor ||= !isWatching && !gate.isRefused;
		}
	}

	/** The response waits for a report or a ban. */
	waitFor(settling: Promise<unknown>): void {
		this.unsettled.add(settling);
		const settled = () => {
			this.unsettled.delete(settling);
		};
		settling.then(settled, settled);
	}

	/** Whether no rule at all applies. */
	get skipsRules(): boolean {
		return this.bypassHasRun || this.exemption === 'allowed';
	}

	explain(): Explanation {
		return {...explanationOf(this.identity), client: this.client, exemption: this.exemption};
	}

	/** What a log of `ctx.state` shows. */
	toJSON(): Omit<GateState, 'explain'> {
		const {client, exemption, verdict, outer} = this;
		return {client, exemption, verdict, outer};
	}
}

/**
 * Not `ctx.state`, which an app may replace. Known to every copy of this package in a process, such as its ES
 * module and its CommonJS build.
 */
const stateKey = Symbol.for('koa-gatekeeper.state');

type WithState = Context & {[stateKey]?: RequestState | undefined};

/** Makes this the state of the request, and shows it at `ctx.state.gatekeeper`. */
export function setState(ctx: WithState, state: RequestState): void {
	ctx[stateKey] = state;
	ctx.state.gatekeeper = state.shown;
}

/**
 * Makes the state of the outer gate that of the request again. A dry run owns nothing: what stands before the gates
 * still sees the state of the nearer one.
 */
export function restoreState(ctx: WithState, outer: RequestState): void {
	ctx[stateKey] = outer;
	ctx.state.gatekeeper = outer.enforcing ?? ctx.state.gatekeeper;
}

/** The state of the gate nearest to the handler, if there is a gate. It may be a dry run. */
export function innermostState(ctx: WithState): RequestState | undefined {
	return ctx[stateKey];
}

/** The state that `attach` has created. For the links of the chain. */
export function currentState(ctx: WithState): RequestState {
	return ctx[stateKey] as RequestState;
}

/**
 * For middlewares on routes.
 *
 * @throws {Error} if there is no gate: it says which line to add
 */
export function requireState(ctx: Context, name: string): RequestState {
	const state = innermostState(ctx);
	if (state === undefined) {
		throw new Error(`${name}() found no gatekeeper: add app.use(gatekeeper(…)) before the router`);
	}

	return state;
}
