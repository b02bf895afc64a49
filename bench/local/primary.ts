import cluster from 'node:cluster';
import {once} from 'node:events';
import {RateLimiterClusterMaster} from 'rate-limiter-flexible';
import {cpuSoFar} from './load.ts';

/*
 * The bench runs in the worker of a real cluster, since rate-limiter-flexible's RateLimiterCluster keeps all its counters
 * in the primary. The primary does nothing else, so that its CPU time is all RateLimiterCluster's.
 */

/** Serves a worker that runs the same program, and ends with it. */
export function servePrimary(): void {
	new RateLimiterClusterMaster();
	const worker = cluster.fork();
	worker.on('message', message => {
		if (message === 'cpu') {
			worker.send({primaryCpu: cpuSoFar()});
		}
	});
	worker.on('exit', code => process.exit(code ?? 1));
}

/** Microseconds of CPU time that the primary has used so far. Call it in the worker. */
export async function primaryCpu(): Promise<number> {
	process.send?.('cpu');
	for (;;) {
		const [message] = await once(process, 'message');
		if ('primaryCpu' in message) {
			return message.primaryCpu;
		}
	}
}
