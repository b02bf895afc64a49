import {types} from 'node:util';
import type {Context} from 'koa';
import type {RequestState} from '../request-state.ts';
import {hasResponse} from './has-response.ts';
import {rateLimitFields} from './ratelimit-fields.ts';

const refusalFields = ['Retry-After', 'Cache-Control'] as const;

/**
 * Koa's response to an error has only the headers of the error itself. The gate lends its headers to the
 * error while Koa responds, and takes them back at once: one error object may be thrown in several requests
 * at the same time.
 */
export function keepHeadersOnError(ctx: Context, state: RequestState): void {
	if (!hasResponse(ctx)) {
		return;
	}

	const respond = ctx.onerror;

	ctx.onerror = (error: Error & {headers?: object}) => {
		if (!(error instanceof Error || types.isNativeError(error))) {
			respond.call(ctx, error);
			return;
		}

		const before = Object.getOwnPropertyDescriptor(error, 'headers');
		const value = {...gateHeaders(ctx, state), ...error.headers};
		Reflect.defineProperty(error, 'headers', {value, configurable: true, enumerable: true});
		try {
			respond.call(ctx, error);
		} finally {
			if (before) {
				Reflect.defineProperty(error, 'headers', before);
			} else {
				Reflect.deleteProperty(error, 'headers');
			}
		}
	};
}

/** The headers that gates have set on this response. */
function gateHeaders(ctx: Context, state: RequestState): Record<string, string> {
	const isRefused = state.verdict.kind !== 'admitted';
	const fields = [...rateLimitFields, ...(isRefused ? refusalFields : [])];

	return Object.fromEntries(
		fields.map(field => [field, ctx.response.get(field)]).filter(([, value]) => value),
	);
}
