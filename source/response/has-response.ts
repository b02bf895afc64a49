import type {Context} from 'koa';

/**
 * Whether the context has a response. One that koa-websocket makes for a connection has none. The gate then
 * refuses by an error, and sets no headers.
 */
export function hasResponse({res}: Pick<Context, 'res'>): boolean {
	return Boolean(res);
}
