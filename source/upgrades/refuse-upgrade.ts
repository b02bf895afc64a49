import {STATUS_CODES} from 'node:http';
import type {Duplex} from 'node:stream';
import type {UpgradeRefusal} from './check-upgrades.ts';

/** Milliseconds for which the rest of a request that is refused is read, in all and without any of it. */
const MAX_READING = 30_000;
const MAX_IDLE = 1000;

/**
 * Responds to a request that `gate.check()` refuses, and closes its socket: with the status, `Retry-After` and a line
 * of text. It may be called for a socket that is gone.
 *
 * @param socket that of the server's `upgrade` event
 */
export function refuseUpgrade(
	socket: Duplex,
	{status, text, retryAfter}: Pick<UpgradeRefusal, 'status' | 'text' | 'retryAfter'>,
): void {
	// The client may reset the connection meanwhile: without a listener, that would end the process.
	socket.on('error', () => socket.destroy());
	socket.once('finish', () => linger(socket));
	const body = `${text}\n`;
	socket.end(
		[
			`HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
			'Connection: close',
			'Cache-Control: no-store',
			'Content-Type: text/plain; charset=utf-8',
			`Content-Length: ${Buffer.byteLength(body)}`,
			...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
			'',
			body,
		].join('\r\n'),
	);
}

/**
 * Reads on until the other side ends the socket, which then closes (RFC 9112, 9.6). If a socket is closed with data unread,
 * that side may lose the response, and a proxy may take the server for a failed one.
 */
function linger(socket: Duplex): void {
	const close = () => socket.destroy();
	const timers = [setTimeout(close, MAX_READING), setTimeout(close, MAX_IDLE)] as const;
	socket.on('data', () => timers[1].refresh());
	socket.once('close', () => timers.forEach(clearTimeout));
}
