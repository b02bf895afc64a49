import type {Context} from 'koa';
import {explain} from './client/explanation.ts';
import {type Identity, unidentified} from './client/identity.ts';
import type {Exemption, Explanation, GateState, GateVerdict} from './context.ts';
import type {Expected} from './marks/foresee.ts';
import type {Probation} from './marks/probation.ts';
import type {Rule} from './options/rules.ts';
import type {Settings} from './options/settings.ts';
import type {GuardedVerdict} from './stores/guard/questions.ts';
import {admitted, type Quota} from './stores/store.ts';

/** What a `specific`, known by its rules, was told about a client or key. */
interface Asked {
	readonly by: readonly Rule[];
	readonly whom: string;
	readonly verdict: GuardedVerdict;
}

const noRules: readonly Rule[] = [];
const nothingAsked: readonly Asked[] = [];

/** One request's way through one gate: what the links of the chain tell each other. */
export class Passage implements GateState {
	client = '';
	exemption: Exemption | undefined;
	verdict: GateVerdict = admitted;
	readonly outer: Passage | undefined;

	readonly settings: Settings;
	identity: Identity = unidentified;
	/** The request has no client of its own, as far as is known: no ban may hold it, nor begin. */
	namesNobody = true;
	/** The mark that the router is expected to run, if any. */
	foresight: Foresight | undefined;
	/** A `bypass()` has run, for a path without dot segments: a `specific` behind it does not apply. */
	bypassHasRun = false;
	/** What each `specific` on the request's way has asked about: a client or key is counted once. */
	asked: readonly Asked[] = nothingAsked;
	/** All that was asked so far, for `RateLimit-Policy` and `RateLimit`. */
	policy = '';
	quotas: readonly Quota[] = [];
	/** The gate has let the request in; a `specific` may still refuse it. */
	isLetIn = false;
	/** The request has left this gate. */
	isOver = false;
	/** Reports that may still be in flight. */
	readonly reports: Array<Promise<unknown>> = [];

	constructor(settings: Settings, outer: Passage | undefined) {
		this.settings = settings;
		this.outer = outer;
	}

	/** The global rules that apply to this request. */
	get globalRules(): readonly Rule[] {
		return this.exemption === undefined ? this.settings.rules : noRules;
	}

	/** Nothing but `bypass()` and an allow-list lets a request pass by every rule. */
	get isPastRules(): boolean {
		return this.bypassHasRun || this.exemption === 'allowed';
	}

	explain(): Explanation {
		return explain(this);
	}

	/** What a log of `ctx.state` should show. */
	toJSON(): Omit<GateState, 'explain'> {
		const {client, exemption, verdict, outer} = this;
		return {client, exemption, verdict, outer};
	}
}

/** A mark that a router is expected to run for this method and path, and what has come of it. */
export interface Foresight extends Expected {
	readonly method: string;
	readonly path: string;
	/** How many layers routers before the gate have matched. */
	readonly matchedBefore: number;
	readonly probation: Probation;
	/**
	 * `'disproved'`: the request came back before the mark had run. Not exempt are `'withheld'`, since the
	 * client has too many unproven, and `'suspended'`, since one was disproved over the quota.
	 */
	outcome: 'unproven' | 'proven' | 'disproved' | 'withheld' | 'suspended';
}

/** The passage through the gate nearest to the handler, if there is a gate. */
export function findPassage(ctx: Context): Passage | undefined {
	const state: unknown = ctx.state.gatekeeper;
	return state instanceof Passage ? state : undefined;
}

/** For the links of the chain: `attach` has just begun it. */
export function currentPassage(ctx: Context): Passage {
	return ctx.state.gatekeeper as Passage;
}

/**
 * For what stands behind a gate.
 *
 * @throws {Error} saying which line to add, if there is none
 */
export function requirePassage(ctx: Context, asker: string): Passage {
	const passage = findPassage(ctx);
	if (passage === undefined) {
		throw new Error(`${asker}() found no gatekeeper: add app.use(gatekeeper(…)) before the router`);
	}

	return passage;
}

/** What these rules said of this client or key before, at this gate or one before it on the same store. */
export function toldBefore(
	passage: Passage,
	by: readonly Rule[],
	whom: string,
): GuardedVerdict | undefined {
	const {store} = passage.settings;
	for (let gate: Passage | undefined = passage; gate; gate = gate.outer) {
		const asked = gate.asked.find(one => one.by === by && one.whom === whom);
		if (asked && gate.settings.store === store) {
			return asked.verdict;
		}
	}

	return undefined;
}
