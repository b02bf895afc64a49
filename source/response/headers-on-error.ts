import {types} from 'node:util';
import type {Context} from 'koa';
import type {Passage} from '../request-state.ts';
import {rateLimitFields} from './ratelimit-fields.ts';

const refusalFields = ['Retry-After', 'Cache-Control'] as const;

/**
 * Koa answers an error with no headers but the error's own. The gate's are lent to the error while Koa
 * answers and taken back at once: one error object may be thrown to several requests at a time.
 */
export function keepHeadersOnError(ctx: Context, passage: Passage): void {
	const answer = ctx.onerror;

	ctx.onerror = (error: Error & {headers?: object}) => {
		if (!(error instanceof Error || types.isNativeError(error))) {
			answer.call(ctx, error);
			return;
		}

		const before = Object.getOwnPropertyDescriptor(error, 'headers');
		const value = {...gateHeaders(ctx, passage), ...error.headers};
		Reflect.defineProperty(error, 'headers', {value, configurable: true, enumerable: true});
		try {
			answer.call(ctx, error);
		} finally {
			if (before) {
				Reflect.defineProperty(error, 'headers', before);
			} else {
				Reflect.deleteProperty(error, 'headers');
			}
		}
	};
}

/** The headers that gates have set on this answer. */
function gateHeaders(ctx: Context, passage: Passage): Record<string, string> {
	const isRefused = passage.verdict.kind !== 'admitted';
	const fields = [...rateLimitFields, ...(isRefused ? refusalFields : [])];

	return Object.fromEntries(
		fields.map(field => [field, ctx.response.get(field)]).filter(([, value]) => value),
	);
}
