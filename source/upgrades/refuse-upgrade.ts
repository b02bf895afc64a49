import {STATUS_CODES} from 'node:http';
import type {Duplex} from 'node:stream';
import {neverCached} from '../response/never-cached.ts';
import type {UpgradeRefusal} from './check-upgrades.ts';

/** Milliseconds after which the socket is closed, even if the client has not read the response. */
const MAX_CLOSING = 30_000;

/** Milliseconds without data after which the client is taken to have sent everything. */
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
	if (socket.destroyed) {
		return;
	}

	// The client may reset the connection meanwhile: without a listener, that would end the process.
	socket.on('error', () => socket.destroy());
	const timer = setTimeout(() => socket.destroy(), MAX_CLOSING);
	socket.once('close', () => clearTimeout(timer));
	socket.once('finish', () => linger(socket));
	const body = `${text}\n`;
	socket.end(
		[
			`HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
			'Connection: close',
			`Cache-Control: ${neverCached}`,
			'Content-Type: text/plain; charset=utf-8',
			`Content-Length: ${Buffer.byteLength(body)}`,
			...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
			'',
			body,
		].join('\r\n'),
	);
}

/**
 * Reads on until the other side ends the socket, which then closes (RFC 9112, 9.6). If a socket is closed with data
 * unread, that side may lose the response, and a proxy may take the server for a failed one.
 */
function linger(socket: Duplex): void {
	let isIdle = false;
	const timer = setTimeout(() => {
		// If something has held the event loop, what the client has sent meanwhile is read only now.
		isIdle = true;
		setImmediate(() => isIdle && socket.destroy());
	}, MAX_IDLE);
	socket.on('data', () => {
		isIdle = false;
		timer.refresh();
	});
	socket.once('close', () => clearTimeout(timer));
}
