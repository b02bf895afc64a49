import type {ServerResponse} from 'node:http';
import type {Context} from 'koa';
import {connectionOf} from './connection.ts';

type Listener = (status: number) => void;

/** What waits for the headers of a response. */
const waiting = new WeakMap<ServerResponse, Listener[]>();

/**
 * Calls a function when the headers of a response are sent, with the status in them. It is never called if none are
 * sent, or if the connection is gone by then.
 *
 * @returns whether it will be: not for a stand-in whose headers nobody can wait for
 */
export function whenHeadersSent(ctx: Context, listener: Listener): boolean {
	const {res} = ctx;
	const listeners = waiting.get(res);
	if (listeners) {
		listeners.push(listener);
		return true;
	}

	if (typeof res.writeHead !== 'function') {
		return false;
	}

	waiting.set(res, [listener]);
	listenOnce(ctx);
	return true;
}

/** Node.js has no event for it. Whatever sends headers calls `writeHead`, on the response itself. */
function listenOnce(ctx: Context): void {
	const {res} = ctx;
	const isOwn = Object.hasOwn(res, 'writeHead');
	const {writeHead} = res;

	const listening = function listening(this: ServerResponse, ...args: unknown[]): unknown {
		const isGone = connectionOf(ctx)?.destroyed === true;
		// It throws for headers that cannot be sent. Koa then sends others.
		const returned: unknown = Reflect.apply(writeHead, this, args);
		const listeners = waiting.get(res);
		if (listeners === undefined || !res.headersSent) {
			return returned;
		}

		waiting.delete(res);
		restore();
		if (!isGone) {
			for (const listener of listeners) {
				listener(res.statusCode);
			}
		}

		return returned;
	};

	/** Unless something else has wrapped it again in the meantime. */
	const restore = () => {
		if (res.writeHead !== listening) {
			return;
		}

		if (isOwn) {
			res.writeHead = writeHead;
		} else {
			Reflect.deleteProperty(res, 'writeHead');
		}
	};

	res.writeHead = listening as typeof writeHead;
}
