import cluster from 'node:cluster';
import {rmSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import type Koa from 'koa';
import {LocalStore} from '../source/local.ts';
import {demoApp} from './app.ts';
import {crowdSocket} from './crowd-socket.ts';
import {printHints} from './hints.ts';

/*
 * Serves the demo: in this process, in memory; under `--workers 2` in as many; under `--store local` with all that it
 * knows in a file.
 */

const {values} = parseArgs({
	options: {
		workers: {type: 'string', default: '1'},
		store: {type: 'string', default: 'memory'},
	},
});
const workers = Number(values.workers);
if (!Number.isInteger(workers) || workers < 1 || !['memory', 'local'].includes(values.store)) {
	throw new Error('Use: npm run demo -- [--workers 2] [--store memory|local]');
}

// The same path at every start, so that bans outlive the demo.
const path = join(tmpdir(), 'koa-gatekeeper-demo.mdb');
const port = Number(process.env.PORT ?? 3000);

if (cluster.isPrimary && workers > 1) {
	// Before the workers listen there, one after the other.
	removeSocket(port);
	for (let worker = 0; worker < workers; worker += 1) {
		cluster.fork();
	}

	cluster.once('listening', (_, address) => printHints(urlOf(address.port), notes()));
} else {
	const app = demoApp(values.store === 'local' ? new LocalStore({path}) : undefined);
	const server = app.listen(port, '127.0.0.1', () => {
		const own = (server.address() as AddressInfo).port;
		if (cluster.isPrimary) {
			removeSocket(own);
			printHints(urlOf(own), notes());
		}

		listenToCrowd(app, own);
	});
	server.once('error', ({code, message}: NodeJS.ErrnoException) => {
		console.error(
			code === 'EADDRINUSE'
				? `Port ${port} is in use. Choose another: PORT=${port + 1} npm run demo`
				: message,
		);
		process.exit(1);
	});
}

function urlOf(own: number): string {
	return `http://127.0.0.1:${own}`;
}

function notes(): readonly string[] {
	const isLocal = values.store === 'local';

	return [
		...(workers > 1
			? [`${workers} processes answer in turns. The dashboard shows the one that answers it.`]
			: []),
		...(workers > 1 && !isLocal
			? ['Each of them counts for itself, so that a client gets more. Add --store local.']
			: []),
		...(isLocal
			? [`Bans and counts are in ${path}, and outlive the demo. Delete it to start afresh.`]
			: []),
	];
}

/** A demo that was killed has left it behind. */
function removeSocket(own: number): void {
	rmSync(crowdSocket(own), {force: true});
}

function listenToCrowd(app: Koa, own: number): void {
	createServer(app.callback()).listen(crowdSocket(own));
}
