/*
 * What a limiter adds to a request: CPU time of the server's process, over real HTTP on loopback. Run it
 * with `npm run bench:requests`.
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {connect} from 'node:net';
import {cpus} from 'node:os';
import {median} from './timing.ts';

const CONNECTIONS = 8;
const REQUESTS = 2000;
const ROUNDS = 29;

const bare = ['koa', 'express', 'fastify'] as const;
const names = [
	'koa',
	'koa + two constant fields',
	'koa + koa-gatekeeper',
	'koa + koa-gatekeeper, headers: false',
	'koa + koa-ratelimit',
	'koa + rate-limiter-flexible',
	'express',
	'express + express-rate-limit',
	'fastify',
	'fastify + @fastify/rate-limit',
];

const browser =
	'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

const cases: ReadonlyArray<[title: string, limit: number, accept: string]> = [
	['admitted', 1_000_000, '*/*'],
	['refused', 1, '*/*'],
	["refused, with a browser's Accept", 1, browser],
];

interface Running {
	readonly name: string;
	readonly child: ChildProcess;
	readonly port: number;
	readonly taken: number[];
}

async function start(name: string, limit: number): Promise<Running> {
	const child = fork(new URL('server.ts', import.meta.url), [name, String(limit)]);
	const [{port}] = await once(child, 'message');
	return {name, child, port, taken: []};
}

async function cpuTime({child}: Running): Promise<number> {
	child.send({});
	const [{microseconds}] = await once(child, 'message');
	return microseconds;
}

/** Sends so many requests over one connection, each when the one before has been answered. */
function ask(port: number, requests: number, accept: string): Promise<void> {
	const request = `GET / HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\n\r\n`;

	return new Promise((resolve, reject) => {
		const socket = connect(port, '127.0.0.1');
		let left = requests;
		let received = '';
		socket.setEncoding('latin1');
		socket.on('error', reject);
		socket.on('connect', () => socket.write(request));
		socket.on('data', chunk => {
			received += chunk;
			const head = received.indexOf('\r\n\r\n');
			const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
			if (head === -1 || received.length < head + 4 + length) {
				return;
			}

			received = '';
			left -= 1;
			if (left > 0) {
				socket.write(request);
			} else {
				socket.destroy();
				resolve();
			}
		});
	});
}

async function load(port: number, requests: number, accept: string): Promise<void> {
	await Promise.all(
		Array.from({length: CONNECTIONS}, () => ask(port, requests / CONNECTIONS, accept)),
	);
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`);
for (const [title, limit, accept] of cases) {
	console.log(`\n${title}: microseconds of the server's CPU for a request, and those added\n`);
	const running = await Promise.all(names.map(name => start(name, limit)));
	for (const {port} of running) {
		await load(port, 8 * REQUESTS, accept);
	}

	for (let round = 0; round < ROUNDS; round += 1) {
		for (const server of running) {
			const before = await cpuTime(server);
			await load(server.port, REQUESTS, accept);
			server.taken.push(((await cpuTime(server)) - before) / REQUESTS);
		}
	}

	const base = (name: string) =>
		running.find(server => server.name === bare.find(plain => name.startsWith(plain)));
	for (const {name, taken, child} of running) {
		const added = taken.map((time, round) => time - (base(name)?.taken[round] ?? Number.NaN));
		const spread = `${Math.min(...taken).toFixed(1)}–${Math.max(...taken).toFixed(1)}`;
		console.log(
			`${median(taken).toFixed(1).padStart(6)} ${median(added).toFixed(2).padStart(6)}  ${name} (${spread})`,
		);
		child.kill();
	}
}
