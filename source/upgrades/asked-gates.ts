import type {IncomingMessage} from 'node:http';
import {type GateTag, isGateOf, tagOf} from '../marks/gate-tag.ts';
import {processWide} from '../process-wide.ts';
import type {RequestState} from '../request-state.ts';

/** The gates that were asked about a request, and its state at each. */
type Asked = Map<GateTag, RequestState>;

const askedAbout = processWide('askedStates', () => new WeakMap<IncomingMessage, Asked>());

/** Notes that a gate is asked about a request that does not go through Koa. */
export function noteAsked(req: IncomingMessage, state: RequestState, gate: GateTag): void {
	const asked: Asked = askedAbout.get(req) ?? new Map();
	askedAbout.set(req, asked.set(gate, state));
}

/** The states of a request at the gates that were asked about it so far. */
export function statesAt(req: IncomingMessage): Iterable<RequestState> {
	return askedAbout.get(req)?.values() ?? [];
}

/**
 * Whether a gate that enforces stands before this one, but was not asked about the request: its limits and bans then do
 * not hold.
 *
 * @param middlewares those of the app, if it has a list of them
 */
export function isOneLeftOut(gate: GateTag, req: IncomingMessage, middlewares: unknown): boolean {
	const all: readonly unknown[] = Array.isArray(middlewares) ? middlewares : [];
	const before = all.slice(0, Math.max(0, all.findIndex(isGateOf(gate))));

	return before
		.map(tagOf)
		.some(other => other && !other.dryRun && !askedAbout.get(req)?.has(other));
}
