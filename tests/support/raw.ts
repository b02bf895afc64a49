import {connect} from 'node:net';

/** Sends bytes that an HTTP client would tidy up, and waits until the server has closed. */
export function raw(port: number, request: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect(port, '127.0.0.1', () => {
			socket.end(request, 'latin1');
		});
		let answer = '';
		socket.setEncoding('latin1');
		socket.on('data', chunk => {
			answer += chunk;
		});
		socket.on('error', reject);
		socket.on('close', () => resolve(answer));
	});
}

/** What the body of an answer says. */
export function bodyOf(answer: string): string {
	return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}
