import {STATUS_CODES} from 'node:http';

/** The status that Koa 3 sends for an error. Koa 2 sends 404 for an `ENOENT`. */
export function statusOfError(error: unknown): number {
	const {status, statusCode} = (error ?? {}) as {
		readonly status?: unknown;
		readonly statusCode?: unknown;
	};
	const given = status || statusCode;
	return typeof given === 'number' && STATUS_CODES[given] !== undefined ? given : 500;
}
