import type {IncomingMessage} from 'node:http';
import {type GateTag, isGateOf, tagOf} from '../marks/gate-tag.ts';
import {processWide} from '../process-wide.ts';

const askedAbout = processWide('askedGates', () => new WeakMap<IncomingMessage, Set<GateTag>>());

/** Notes that a gate is asked about a request that does not go through Koa. */
export function noteAsked(gate: GateTag, req: IncomingMessage): void {
	const asked = askedAbout.get(req) ?? new Set();
	askedAbout.set(req, asked.add(gate));
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
