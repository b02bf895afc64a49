import type {Context} from 'koa';
import type {Exemption, GateState} from '../context.ts';
import type {Settings} from '../settings.ts';
import type {Decision} from '../stores/guarded-store.ts';
import {admitted, type Quota} from '../stores/store.ts';
import type {Probation} from './probation.ts';
import type {Mark} from './route-marks.ts';

/** One request's way through one gate: what the links of the chain tell each other. */
export class Passage implements GateState {
	client = '';
	exemption: Exemption | undefined;
	verdict: Decision = admitted;
	readonly outer: Passage | undefined;

	readonly settings: Settings;
	/** The request came from our own proxy without a client of its own: no ban may hold it, nor begin. */
	immune = false;
	/** The mark that the router is expected to run, if any. */
	foresight: Foresight | undefined;
	/** A `bypass()` has run, so that a `specific` behind it does not apply. */
	isBypassed = false;
	/** All that was asked so far, for `RateLimit-Policy` and `RateLimit`. */
	policy = '';
	quotas: readonly Quota[] = [];
	/** Reports that may still be in flight. */
	readonly reports: Array<Promise<unknown>> = [];

	constructor(settings: Settings, outer: Passage | undefined) {
		this.settings = settings;
		this.outer = outer;
	}

	/** What a log of `ctx.state` should show. */
	toJSON(): GateState {
		const {client, exemption, verdict, outer} = this;
		return {client, exemption, verdict, outer};
	}
}

/** A mark that the gate expects to run for this method and path, and what has come of it. */
export interface Foresight {
	readonly mark: Mark;
	readonly method: string;
	readonly path: string;
	readonly probation: Probation;
	/** `'withheld'`: too many are unproven, or proved wrong, so that this request was not exempted. */
	outcome: 'unproven' | 'proven' | 'withheld';
}

/** The passage through the gate nearest to the handler, if there is a gate. */
export function passageOf(ctx: Context): Passage | undefined {
	const state: unknown = ctx.state.gatekeeper;
	return state instanceof Passage ? state : undefined;
}

/** For the links of the chain: `attach` has just begun it. */
export function currentPassage(ctx: Context): Passage {
	return ctx.state.gatekeeper as Passage;
}

/**
 * For what stands on a route.
 *
 * @throws {Error} saying which line to add, if there is no gate upstream
 */
export function passageFor(name: string, ctx: Context): Passage {
	const passage = passageOf(ctx);
	if (passage === undefined) {
		throw new Error(`${name}() found no gatekeeper: add app.use(gatekeeper(…)) before the router`);
	}

	return passage;
}
