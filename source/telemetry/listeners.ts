import {EventEmitter} from 'node:events';
import type {Context} from 'koa';
import {check, isFunction, oneOf} from '../checks/option-checks.ts';
import {isPromiseLike} from '../maybe-promise.ts';
import {emitError, warnOfError} from './emit-error.ts';
import type {GateEventName, GateEvents, GateListener} from './events.ts';

export const eventNames = [
	'refused',
	'reported',
	'banned',
	'unbanned',
	'storeFailed',
	'storeRecovered',
] as const satisfies readonly GateEventName[];

const isName = oneOf<GateEventName>(...eventNames);
const allowedNames = eventNames.map(name => `'${name}'`).join(', ');

/** The listeners of one gate. What one of them throws fails neither the request nor the other listeners. */
export class Listeners {
	readonly #emitter = new EventEmitter();

	/** @throws {TypeError} for an event that there is not, and for anything but a function */
	add<Name extends GateEventName>(method: 'on' | 'once', name: Name, listener: unknown): void {
		check(isName, name, 'event', `one of ${allowedNames}`);
		check(isFunction<GateListener<Name>>, listener, 'listener', 'a function of the event');
		this.#emitter[method](name, listener);
	}

	/** @throws {TypeError} for an event that there is not */
	remove<Name extends GateEventName>(name: Name, listener: GateListener<Name>): void {
		check(isName, name, 'event', `one of ${allowedNames}`);
		this.#emitter.off(name, listener);
	}

	has(name: GateEventName): boolean {
		return this.#emitter.listenerCount(name) > 0;
	}

	/** @param ctx of the request that led to the event: errors of listeners go to its app */
	tell<Name extends GateEventName>(name: Name, event: GateEvents[Name], ctx?: Context): void {
		// Those of `once` remove themselves when they are called.
		for (const listener of this.#emitter.rawListeners(name)) {
			try {
				const returned: unknown = listener(event);
				if (isPromiseLike(returned)) {
					returned.then(undefined, error => showError(error, ctx));
				}
			} catch (error) {
				showError(error, ctx);
			}
		}
	}
}

/** Tells of an error of a listener: Koa's `error` event, or else a warning of Node.js. */
function showError(error: unknown, ctx: Context | undefined): void {
	if (ctx) {
		emitError(ctx, error);
	} else {
		warnOfError(error);
	}
}
