import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import {serve} from './gated-app.ts';
import {bodyOf, raw} from './raw.ts';

/** Sends a request whose header lines stand as they are written, and answers the body. */
export type Ask = (peer: string, lines: readonly string[], path?: string) => Promise<string>;

/**
 * Serves an app to peers of any address: the socket is a real one, and tells another address than its
 * own, as it would from there.
 */
export async function servePeers(t: ExecutionContext, app: Koa): Promise<Ask> {
	const {port, server} = await serve(t, app);
	const peers: string[] = [];
	server.on('connection', socket => {
		Object.defineProperty(socket, 'remoteAddress', {value: peers.shift()});
	});

	return async (peer, lines, path = '/who') => {
		peers.push(peer);
		const head = [`GET ${path} HTTP/1.1`, 'Host: gate', 'Connection: close', ...lines];
		return bodyOf(await raw(port, `${head.join('\r\n')}\r\n\r\n`));
	};
}
