import {EventEmitter} from 'node:events';
import type {Context} from 'koa';

/**
 * Keeps the error of a prepared stream from ending the process while the gate waits: Koa 3 listens to the errors of a body
 * only when it sends it, and an `'error'` without a listener is thrown. Koa then finds that the stream has failed.
 */
export function guardBody({body}: Context): void {
	if (body instanceof EventEmitter && body.listenerCount('error') === 0) {
		body.on('error', ignore);
	}
}

function ignore(): void {}
