import {once} from 'node:events';
import {connect, type Socket} from 'node:net';

export interface RawAnswer {
	readonly status: number;
	readonly body: string;
}

/** A connection that is kept alive, over which bytes go as they are, one request after the other. */
export class RawConnection {
	isOpen = true;
	readonly #socket: Socket;
	#received = Buffer.alloc(0);
	#wake = () => {};

	static async open(port: number): Promise<RawConnection> {
		const socket = connect(port, '127.0.0.1');
		await once(socket, 'connect');

		return new RawConnection(socket);
	}

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.on('data', chunk => {
			this.#received = Buffer.concat([this.#received, chunk]);
			this.#wake();
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			this.isOpen = false;
			this.#wake();
		});
	}

	/** @throws {Error} where the server closes before it has answered */
	async send(request: string): Promise<RawAnswer> {
		this.#socket.write(request, 'latin1');
		for (;;) {
			const answer = this.#answer();
			if (answer) {
				return answer;
			}

			if (!this.isOpen) {
				throw new Error(`The server has closed, having answered '${this.#received}'`);
			}

			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
	}

	close(): void {
		this.#socket.destroy();
	}

	/** Undefined until all of it has come. */
	#answer(): RawAnswer | undefined {
		const start = this.#received.indexOf('\r\n\r\n') + 4;
		const head = this.#received.subarray(0, start).toString('latin1');
		const [, length = '0'] = /^content-length: (\d+)\r$/im.exec(head) ?? [];
		const end = start + Number(length);
		if (start < 4 || this.#received.length < end) {
			return undefined;
		}

		const body = this.#received.subarray(start, end).toString();
		this.#received = this.#received.subarray(end);
		return {status: Number(head.split(' ')[1]), body};
	}
}
