import type {Context, Middleware, Next} from 'koa';

/** Responds. */
export function ok(ctx: Context): void {
	ctx.body = 'ok';
}

/** Leaves the response to the next handler. */
export function passOn(_ctx: Context, next: Next): Promise<unknown> {
	return next();
}

/** Rewrites every path that begins with `/open`: placed between the gate and the router. */
export function rewriteOpen(to: string): Middleware {
	return function rewriteOpen(ctx, next) {
		if (ctx.path.startsWith('/open')) {
			ctx.path = to;
		}

		return next();
	};
}

/** Lets a client choose the method in the header `X-Method`. */
export function overrideMethod(ctx: Context, next: Next): Promise<unknown> {
	ctx.method = ctx.get('X-Method') || ctx.method;

	return next();
}

/** Responds with the client that the gate takes the request for. */
export function who(ctx: Context): void {
	ctx.body = ctx.state.gatekeeper.client;
}

/** Reports the client, and responds with its standing. */
export async function report(ctx: Context): Promise<void> {
	ctx.body = await ctx.report();
}
