import {connect} from 'node:net';

/** Sends bytes that an HTTP client would clean up first, and returns everything that the server sends. */
export function raw(port: number, request: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect(port, '127.0.0.1', () => {
			socket.end(request, 'latin1');
		});
		let response = '';
		socket.setEncoding('latin1');
		socket.on('data', chunk => {
			response += chunk;
		});
		socket.on('error', reject);
		socket.on('close', () => resolve(response));
	});
}

/** The status in a raw response. */
export function statusOf(response: string): number {
	return Number(response.slice(9, 12));
}

/** The body of a raw response. */
export function bodyOf(response: string): string {
	return response.slice(response.indexOf('\r\n\r\n') + 4);
}
