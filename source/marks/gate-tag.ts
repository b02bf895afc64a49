import type {Middleware} from 'koa';

/** Tells one gate among other middlewares. */
export type IsGate = (middleware: unknown) => boolean;

/** Identifies a gate, by being the same object. */
export interface GateTag {
	readonly dryRun: boolean;
}

/** A property of the function, so that a wrapper that copies properties keeps it. */
const tagKey = Symbol.for('koa-gatekeeper.tag');

export function tagGate(gate: Middleware, tag: GateTag): Middleware {
	return Object.assign(gate, {[tagKey]: tag});
}

export function isGateOf(tag: GateTag): IsGate {
	return middleware => tagOf(middleware) === tag;
}

/** What identifies a gate; undefined for any other middleware. */
export function tagOf(middleware: unknown): GateTag | undefined {
	return typeof middleware === 'function'
		? (middleware as {[tagKey]?: GateTag})[tagKey]
		: undefined;
}
