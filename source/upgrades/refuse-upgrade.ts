import {STATUS_CODES} from 'node:http';
import type {Duplex} from 'node:stream';
import type {UpgradeRefusal} from './check-upgrades.ts';

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
	// A client that does not close its side would keep the socket.
	socket.once('finish', () => socket.destroy());
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
