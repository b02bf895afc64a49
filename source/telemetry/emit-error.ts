import type {Context} from 'koa';
import {describe} from '../checks/describe.ts';
import {isError} from '../checks/is-error.ts';

/**
 * Tells Koa's `error` event of an error that must not change the response. Listeners get an `Error`, whatever was
 * thrown: Koa's own throws for anything else. What a listener throws itself becomes a warning of Node.js.
 */
export function emitError(ctx: Context, thrown: unknown): void {
	const error = isError(thrown) ? thrown : new Error(`non-error thrown: ${describe(thrown)}`);
	try {
		ctx.app.emit('error', error, ctx);
	} catch (failure) {
		warnOfError(failure);
	}
}

/** Emits a warning of what a listener threw. Node.js takes no error of another realm, as in Jest. */
export function warnOfError(thrown: unknown): void {
	process.emitWarning(thrown instanceof Error ? thrown : `A listener threw ${describe(thrown)}`);
}
