import type {Middleware} from 'koa';

/** Tells one gate among other middlewares. */
export type IsGate = (middleware: unknown) => boolean;

/** A property of the function, so that a wrapper that copies properties keeps it. */
const tagKey = Symbol.for('koa-gatekeeper.tag');

/** @param tag an object that identifies the gate */
export function tagGate(gate: Middleware, tag: object): Middleware {
	return Object.assign(gate, {[tagKey]: tag});
}

export function isGateOf(tag: object): IsGate {
	return middleware =>
		typeof middleware === 'function' && (middleware as {[tagKey]?: object})[tagKey] === tag;
}
