import type {IncomingMessage} from 'node:http';
import type {Context, Middleware} from 'koa';
import type {AnyRoute} from './generators/any-routers.ts';

/** What has happened to one request. */
export interface Trace {
	/** The routes whose handlers have run. */
	readonly reached: AnyRoute[];
	/** How many of these handlers ran without a mark before them. */
	uncovered: number;
	/** A mark has run, and covers the handlers behind it. */
	isCovered: boolean;
	/** A handler or a middleware before the router has thrown. */
	hasThrown: boolean;
}

/** The traces of many requests at once. Each request names its trace in the header `X-Trace`. */
export class Traces {
	readonly #named = new Map<string, Trace>();
	readonly #requests = new WeakMap<IncomingMessage, Trace>();

	named(name: string): Trace {
		const trace = this.#named.get(name) ?? {
			reached: [],
			uncovered: 0,
			isCovered: false,
			hasThrown: false,
		};
		this.#named.set(name, trace);
		return trace;
	}

	readonly begin: Middleware = (ctx, next) => {
		this.#requests.set(ctx.req, this.named(ctx.get('X-Trace')));
		return next();
	};

	/** Runs directly behind a mark. */
	readonly cover: Middleware = (ctx, next) => {
		this.#of(ctx).isCovered = true;
		return next();
	};

	reach(ctx: Context, route: AnyRoute): void {
		const trace = this.#of(ctx);
		trace.reached.push(route);
		if (!trace.isCovered) {
			trace.uncovered += 1;
		}
	}

	fail(ctx: Context): never {
		this.#of(ctx).hasThrown = true;
		throw new Error('broken');
	}

	#of(ctx: Context): Trace {
		return this.#requests.get(ctx.req) ?? this.named('');
	}
}
