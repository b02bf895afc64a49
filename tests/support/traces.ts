import type {IncomingMessage} from 'node:http';
import type {Context, Middleware} from 'koa';
import type {AnyRoute} from './generators/any-routers.ts';

/** What has really happened to one request. */
export interface Trace {
	/** The routes whose handlers it has reached. */
	readonly reached: AnyRoute[];
	/** How many of them no mark covered. */
	uncovered: number;
	/** A mark has run, and covers what follows. */
	isCovered: boolean;
	/** A handler, or a middleware before the router, has thrown. */
	hasThrown: boolean;
}

/** Each request says in its header `X-Trail` which trace is its own. */
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

	/** Stands right after a mark. */
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
