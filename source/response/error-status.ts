import {STATUS_CODES} from 'node:http';
import {isError} from '../checks/is-error.ts';

/** The status that Koa 3 sends for an error. Koa 2 sends 404 for an `ENOENT`. */
export function statusOfError(error: unknown): number {
	return ownStatusOf(error) ?? 500;
}

/** The status that an error has itself, if Koa can send it. */
export function ownStatusOf(error: unknown): number | undefined {
	if (!isError(error)) {
		return undefined;
	}

	const {status, statusCode} = error as {
		readonly status?: unknown;
		readonly statusCode?: unknown;
	};
	const given = status || statusCode;
	return typeof given === 'number' && STATUS_CODES[given] !== undefined ? given : undefined;
}
