import {STATUS_CODES} from 'node:http';

/** The status that Koa sends for an error. */
export function statusOfError(error: unknown): number {
	const {code, status, statusCode} = (error ?? {}) as {
		readonly code?: unknown;
		readonly status?: unknown;
		readonly statusCode?: unknown;
	};
	if (code === 'ENOENT') {
		return 404;
	}

	const given = status || statusCode;
	return typeof given === 'number' && STATUS_CODES[given] !== undefined ? given : 500;
}
