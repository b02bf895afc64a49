import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import {bodyOf, raw} from './raw.ts';
import {serve} from './servers.ts';

/** Sends a request with header lines exactly as given, and returns the body of the response. */
export type Ask = (peer: string, lines: readonly string[], path?: string) => Promise<string>;

/**
 * Serves an app to peers with any address. The sockets are real, but report the address of the peer in place
 * of this machine's.
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
