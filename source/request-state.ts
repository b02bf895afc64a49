import type {Context} from 'koa';
import {explanationOf} from './client/explanation.ts';
import {type Identity, unidentified} from './client/identity.ts';
import type {Exemption, Explanation, GateState, GateVerdict} from './context.ts';
import type {Foresight} from './marks/foresight.ts';
import type {Settings} from './options/settings.ts';
import type {GuardedVerdict} from './stores/guard/failure-policy.ts';
import type {Rule} from './stores/rule.ts';
import {admitted, type Quota} from './stores/store.ts';

/** What a `specific`, identified by its rules, has decided about a client or key. */
interface Decided {
	readonly rules: readonly Rule[];
	readonly client: string;
	readonly verdict: GuardedVerdict;
}

const noRules: readonly Rule[] = [];
const nothingDecided: readonly Decided[] = [];

/** One request at one gate: what the links of the chain share. */
export class RequestState implements GateState {
	client = '';
	exemption: Exemption | undefined;
	verdict: GateVerdict = admitted;
	readonly outer: RequestState | undefined;

	readonly settings: Settings;
	identity: Identity = unidentified;
	/** Bans do not apply to this request, and its reports begin none: no client of its own is known. */
	immune = true;
	/** The peer looks like a proxy, but no option names its header: its reports count nothing. */
	isUnseenProxy = false;
	/** The mark that the router is expected to run, if any. */
	foresight: Foresight | undefined;
	/** A `bypass()` has run, for a plain target: no `specific` behind it applies. */
	bypassHasRun = false;
	/** What each `specific` has decided, so that it counts a client or key once. */
	decided: readonly Decided[] = nothingDecided;
	/** The text of `RateLimit-Policy` and of `RateLimit`, with every rule so far. */
	policyField = '';
	rateLimitField = '';
	/** The quota with the fewest requests left so far, for `X-RateLimit-…`. */
	tightest: Quota | undefined;
	/** The gate has admitted the request. A `specific` may still refuse it. */
	isAdmitted = false;
	/** The request has left this gate. */
	isOver = false;
	/** A `specific` has refused the request by its `key`: others may have filled that rule. */
	isLimitedByKey = false;
	/** The handler has reported a client. */
	hasReported = false;
	/** The reports in flight. */
	readonly reports = new Set<Promise<unknown>>();

	constructor(settings: Settings, outer: RequestState | undefined) {
		this.settings = settings;
		this.outer = outer;
	}

	/** The global rules that apply to this request. */
	get globalRules(): readonly Rule[] {
		return this.exemption === undefined ? this.settings.rules : noRules;
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
	ctx.state.gatekeeper = state;
}

/** The state of the gate nearest to the handler, if there is a gate. */
export function findState(ctx: WithState): RequestState | undefined {
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
	const state = findState(ctx);
	if (state === undefined) {
		throw new Error(`${name}() found no gatekeeper: add app.use(gatekeeper(…)) before the router`);
	}

	return state;
}

/** What these rules have decided about a client or key, at this gate or at an outer one on the same store. */
export function decidedBefore(
	state: RequestState,
	rules: readonly Rule[],
	client: string,
): GuardedVerdict | undefined {
	const {source} = state.settings.store;
	for (let gate: RequestState | undefined = state; gate; gate = gate.outer) {
		const decided = gate.decided.find(one => one.rules === rules && one.client === client);
		if (decided && gate.settings.store.source === source) {
			return decided.verdict;
		}
	}

	return undefined;
}
