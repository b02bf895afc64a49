import {once} from 'node:events';
import type {Server} from 'node:http';
import {connect, type Socket} from 'node:net';
import type {ExecutionContext} from 'ava';
import {statusOf} from './raw.ts';
import {portOf} from './servers.ts';

/** Asks a server to upgrade a connection, and returns the status of the response and the socket. */
export async function upgradeOn(
	t: ExecutionContext,
	server: Server,
): Promise<[status: number, socket: Socket]> {
	const socket = connect(portOf(server), '127.0.0.1');
	t.teardown(() => socket.destroy());
	socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
	const [data] = await once(socket, 'data');

	return [statusOf(String(data)), socket];
}
