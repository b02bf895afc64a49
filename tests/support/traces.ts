import type {IncomingMessage} from 'node:http';
import type {Context, Middleware} from 'koa';
import type {AnyRoute} from './generators/any-routers.ts';

/** What has really happened to one request. */
export interface Trail {
	/** The routes whose handlers it has reached. */
	readonly reached: AnyRoute[];
	/** How many of them no mark covered. */
	uncovered: number;
	/** A mark has run, and covers what follows. */
	isCovered: boolean;
	/** A handler, or a middleware before the router, has thrown. */
	hasThrown: boolean;
}

/** Each request says in its header `X-Trail` which trail is its own. */
export class Trails {
	readonly #named = new Map<string, Trail>();
	readonly #requests = new WeakMap<IncomingMessage, Trail>();

	named(name: string): Trail {
		const trail = this.#named.get(name) ?? {
			reached: [],
			uncovered: 0,
			isCovered: false,
			hasThrown: false,
		};
		this.#named.set(name, trail);
		return trail;
	}

	readonly begin: Middleware = (ctx, next) => {
		this.#requests.set(ctx.req, this.named(ctx.get('X-Trail')));
		return next();
	};

	/** Stands right after a mark. */
	readonly cover: Middleware = (ctx, next) => {
		this.#of(ctx).isCovered = true;
		return next();
	};

	reach(ctx: Context, route: AnyRoute): void {
		const trail = this.#of(ctx);
		trail.reached.push(route);
		if (!trail.isCovered) {
			trail.uncovered += 1;
		}
	}

	fail(ctx: Context): never {
		this.#of(ctx).hasThrown = true;
		throw new Error('broken');
	}

	#of(ctx: Context): Trail {
		return this.#requests.get(ctx.req) ?? this.named('');
	}
}
