import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';

/** A network between a client and a server, which can stall. */
export interface Network {
	readonly port: number;
	/** Accepts bytes and passes none on, until `flow()`. */
	stall(): void;
	flow(): void;
	/** Leads new connections to another server, as an address does that moves. */
	leadTo(port: number): void;
	close(): void;
}

export async function networkTo(port: number): Promise<Network> {
	const pairs = new Set<readonly [Socket, Socket]>();
	let target = port;
	const relay = createServer(near => {
		const far = connect(target, '127.0.0.1');
		const pair = [near, far] as const;
		pairs.add(pair);
		near.pipe(far);
		far.pipe(near);
		for (const socket of pair) {
			socket.on('error', () => {});
			socket.on('close', () => {
				pairs.delete(pair);
				near.destroy();
				far.destroy();
			});
		}
	}).listen(0, '127.0.0.1');
	await once(relay, 'listening');

	return {
		port: (relay.address() as AddressInfo).port,
		stall: () => {
			for (const [near, far] of pairs) {
				near.unpipe(far);
				far.unpipe(near);
			}
		},
		flow: () => {
			for (const [near, far] of pairs) {
				near.pipe(far);
				far.pipe(near);
			}
		},
		leadTo: next => {
			target = next;
		},
		close: () => {
			relay.close();
			for (const socket of [...pairs].flat()) {
				socket.destroy();
			}
		},
	};
}
