import {connect, type Socket} from 'node:net';
import {address} from './clients.ts';

/** What the visitors of a soak have got so far. */
export interface Visits {
	/** How many different addresses there were that came once. */
	newcomers: number;
	readonly statuses: Map<number, number>;
}

const BUSY = 200;
const GUESSING = 5000;
/** Addresses below are those of busy clients and of those that sign in. */
const FIRST_NEWCOMER = 100_000;

/** The next visit: three in ten are those of new addresses. */
function nextVisit(visits: Visits): readonly [client: string, path: string] {
	const chance = Math.random();
	if (chance < 0.3) {
		visits.newcomers += 1;
		return [address(FIRST_NEWCOMER + visits.newcomers), '/'];
	}

	return chance < 0.8
		? [address(Math.floor(Math.random() * BUSY)), '/']
		: [address(BUSY + Math.floor(Math.random() * GUESSING)), '/login'];
}

/** Visits an app over one connection without end, each time when the last visit has been answered. */
export function visit(port: number, visits: Visits): Socket {
	const socket = connect(port, '127.0.0.1');
	let received = '';
	const send = () => {
		const [client, path] = nextVisit(visits);
		socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${client}\r\n\r\n`);
	};
	socket.setEncoding('latin1');
	socket.on('connect', send);
	socket.on('error', error => {
		throw error;
	});
	socket.on('data', chunk => {
		received += chunk;
		const head = received.indexOf('\r\n\r\n');
		const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
		if (head === -1 || received.length < head + 4 + length) {
			return;
		}

		const status = Number(received.slice(9, 12));
		visits.statuses.set(status, (visits.statuses.get(status) ?? 0) + 1);
		received = '';
		send();
	});

	return socket;
}
