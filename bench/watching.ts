/*
 * Measures what it adds to a request that somebody watches: a dashboard, Prometheus, a listener. Without sockets; all take
 * turns in one process. Run it with `npm run bench:watching`.
 */
import {IncomingMessage, ServerResponse} from 'node:http';
import {Socket} from 'node:net';
import {cpus} from 'node:os';
import Koa, {type Context} from 'koa';
import {Registry} from 'prom-client';
import {dashboard} from '../dist/dashboard.js';
import {type Gatekeeper, type GatekeeperOptions, gatekeeper} from '../dist/index.js';
import {collect} from '../dist/prometheus.js';
import {median, nanoseconds} from './timing.ts';

const REQUESTS = 300;
const TURNS = 500;

const kinds: Readonly<Record<string, GatekeeperOptions>> = {
	admitted: {rateLimitRule: [1_000_000, 60]},
	refused: {rateLimitRule: [1, '1h']},
};

/** What watches a gate. */
const watchers: Readonly<Record<string, (gate: Gatekeeper) => unknown>> = {
	nobody: () => {},
	'a listener': gate => gate.on('refused', () => {}),
	Prometheus: gate => collect(gate, {register: new Registry()}),
	'a dashboard': gate => dashboard(gate, {authorize: () => true}),
};

const app = new Koa();
const socket = new Socket();
Object.defineProperty(socket, 'remoteAddress', {value: '203.0.113.7'});

function request(): Context {
	const req = new IncomingMessage(socket);
	Object.assign(req, {method: 'GET', url: '/', headers: {host: 'example.com'}});
	return app.createContext(req, new ServerResponse(req));
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}\n`);

for (const [kind, options] of Object.entries(kinds)) {
	const gates = Object.entries(watchers).map(([name, watch]) => {
		const gate = gatekeeper(options);
		watch(gate);
		return {name, gate, times: [] as number[]};
	});

	for (let turn = 0; turn < TURNS; turn += 1) {
		// Each is the first as often as the others.
		gates.push(...gates.splice(0, 1));
		for (const {gate, times} of gates) {
			const contexts = Array.from({length: REQUESTS}, request);
			const next = async () => {};
			times.push(
				await nanoseconds(REQUESTS, index => gate(contexts[index] as Context, next), true),
			);
		}
	}

	const alone = median(gates.find(({name}) => name === 'nobody')?.times ?? []);
	for (const {name, times} of gates) {
		const time = median(times);
		console.log(`${kind}, watched by ${name}: ${time.toFixed(0)} ns, ${(time / alone).toFixed(2)}`);
	}
}

process.exit();
