import type {Http2Stream} from 'node:http2';
import type {Context} from 'koa';
import {isError} from '../checks/is-error.ts';
import {connectionOf} from './connection.ts';
import {ownStatusOf, statusOfError} from './error-status.ts';
import {hasResponse} from './has-response.ts';

/** What a middleware threw, which may be anything. */
export interface Failure {
	readonly error: unknown;
}

/**
 * What is known of the status of a response when the middlewares are done: the status; `'none'` if none is sent; or
 * `'pending'` if something other than Koa sends it later.
 */
export type Outcome = number | 'none' | 'pending';

/** @param failure the error on its way to Koa, if there is one */
export function outcomeOf(ctx: Context, failure: Failure | undefined): Outcome {
	if (!hasResponse(ctx)) {
		return 'none';
	}

	// Headers that are sent stay, whatever is thrown afterwards.
	if (ctx.headerSent) {
		return statusSent(ctx);
	}

	if (isGone(ctx)) {
		return 'none';
	}

	if (failure === undefined) {
		return ctx.respond === false ? 'pending' : ctx.status;
	}

	// For `undefined` and `null`, Koa sends nothing.
	return failure.error === undefined || failure.error === null
		? 'pending'
		: statusOfError(failure.error);
}

/**
 * The status that the app has decided on, for a connection that is gone: that of an error, or one that was set. Undefined
 * where it has decided nothing, or only found that the connection is gone.
 */
export function statusDecided(ctx: Context, failure: Failure | undefined): number | undefined {
	if (!hasResponse(ctx)) {
		return undefined;
	}

	if (failure) {
		return isOfAbortion(failure.error) ? undefined : ownStatusOf(failure.error);
	}

	// Koa's own mark, and its default. The app may also have set the status beside Koa.
	const {_explicitStatus: isSet} = ctx.response as {readonly _explicitStatus?: unknown};
	const {statusCode} = ctx.res;
	return isSet === true || statusCode !== 404 ? statusCode : undefined;
}

/** What parsers of bodies throw for a request that breaks off. */
function isOfAbortion(error: unknown): boolean {
	return isError(error) && 'code' in error && error.code === 'ECONNABORTED';
}

/** The same as `expectedStatus`, but undefined for a body that Koa may fail to send, too. */
export function statusToSend(ctx: Context, failure: Failure | undefined): number | undefined {
	const status = expectedStatus(ctx, failure);

	return status === undefined || bodyMayFail(ctx, failure) ? undefined : status;
}

/**
 * The status that Koa sends for a request that is done, unless it fails to send the body.
 *
 * @returns undefined if Koa sends nothing, or if the error has no status of its own: an error handler before the gate
 *   may choose another
 */
export function expectedStatus(ctx: Context, failure: Failure | undefined): number | undefined {
	const outcome = outcomeOf(ctx, failure);
	if (typeof outcome !== 'number' || ctx.respond === false) {
		return undefined;
	}

	const isCertain = ctx.headerSent || !failure || ownStatusOf(failure.error) !== undefined;
	return isCertain ? outcome : undefined;
}

/**
 * Whether Koa may fail to send the status of a request that is done, and send that of an error, or nothing: with a
 * stream that cannot be read, or JSON that cannot be written.
 */
export function bodyMayFail(ctx: Context, failure: Failure | undefined): boolean {
	const {body} = ctx;
	const isPlain = body === undefined || body === null || typeof body === 'string';
	const isSafe = (isPlain || Buffer.isBuffer(body)) && hasPlainMessage(ctx);

	return failure === undefined && !ctx.headerSent && !isSafe;
}

/** Node.js sends no message of a status with other characters than a header may have. HTTP/2 has no message. */
function hasPlainMessage(ctx: Context): boolean {
	// Node.js warns of any look at it.
	return ctx.req.httpVersionMajor >= 2 || !/[^\t\x20-\x7e\x80-\xff]/.test(ctx.message ?? '');
}

/** Whether nothing can be sent any more. Koa itself does not see that a stream of HTTP/2 is gone. */
function isGone(ctx: Context): boolean {
	// To HEAD over HTTP/2, Node.js sends headers though the stream takes no body from the beginning.
	const takesHeaders = ctx.writable || ctx.headers[':method'] === 'HEAD';

	return !takesHeaders || connectionOf(ctx)?.destroyed === true;
}

/** A handler may send headers by an HTTP/2 stream itself. The status of `ctx.res` is then another. */
function statusSent({res}: Context): number {
	const {stream} = res as {readonly stream?: Pick<Http2Stream, 'sentHeaders'>};
	return Number(stream?.sentHeaders?.[':status'] ?? res.statusCode);
}
