import type {Middleware} from 'koa';

/** What `bypass()` and a standalone `specific()` put on their middleware: each call makes one of its own. */
export interface Mark {
	readonly kind: 'bypass' | 'standalone';
}

/**
 * A property of the function, so that a wrapper that copies properties keeps it. Known to every copy of this
 * package in a process, such as its ES module and its CommonJS build.
 */
const markKey = Symbol.for('koa-gatekeeper.mark');

export function setMark(middleware: Middleware, mark: Mark): Middleware {
	return Object.assign(middleware, {[markKey]: mark});
}

export function markOf(middleware: unknown): Mark | undefined {
	return typeof middleware === 'function' ? (middleware as {[markKey]?: Mark})[markKey] : undefined;
}
