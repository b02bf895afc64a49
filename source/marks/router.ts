/**
 * What the gate reads of a router of @koa/router or koa-router, version 11 or later. They are optional peers, so
 * they are not imported. The members are those of its `Router` and `Layer`.
 */
export interface RouterLike {
	readonly stack: readonly RouteLayer[];
	readonly opts: {
		readonly routerPath?: string;
		readonly exclusive?: unknown;
		readonly prefix?: string;
	};
	readonly exclusive: boolean;
	readonly host?: unknown;
	match(path: string, method: string): {readonly pathAndMethod: readonly RouteLayer[]};
	matchHost(host: string): boolean;
}

/** A route; without methods, a middleware that `router.use` placed. */
export interface RouteLayer {
	readonly methods: readonly string[];
	readonly stack: readonly unknown[];
	readonly path: string | RegExp;
	readonly opts: {
		/** The prefix of the router that it was registered with. */
		readonly prefix?: string | undefined;
		/** Whether `router.use` placed it without a path. */
		readonly ignoreCaptures?: boolean | undefined;
	};
	readonly regexp: RegExp;
	readonly paramNames: readonly unknown[];
	match(path: string): boolean;
}

export function isRoute(layer: RouteLayer): boolean {
	return layer.methods.length > 0;
}

export function isRouter(given: unknown): given is RouterLike {
	return (
		typeof given === 'object' &&
		given !== null &&
		'stack' in given &&
		Array.isArray(given.stack) &&
		'match' in given &&
		typeof given.match === 'function' &&
		'matchHost' in given &&
		typeof given.matchHost === 'function'
	);
}
