import type {EventEmitter} from 'node:events';
import type {Context} from 'koa';

/**
 * Call this before the gate waits. A response may be prepared whose body is a stream. Koa 3 listens to its errors only
 * when it sends the stream, and an `'error'` without a listener would end the process. Koa then finds that it has failed.
 */
export function guardBody({body}: Context): void {
	if (isEmitter(body) && body.listenerCount('error') === 0) {
		body.on('error', ignore);
	}
}

function isEmitter(body: unknown): body is EventEmitter {
	return (
		typeof body === 'object' &&
		body !== null &&
		'listenerCount' in body &&
		typeof body.listenerCount === 'function'
	);
}

function ignore(): void {}
