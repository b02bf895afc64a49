import {createServer, type Server} from 'node:http';
import type {Server as NetServer} from 'node:net';
import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import supertest, {type Agent} from 'supertest';

export interface Agents {
	/** Sends requests from this machine's own address. */
	readonly http: Agent;
	/** Sends requests as a proxy on this machine that names the client in `X-Forwarded-For`. */
	from(client: string): Agent;
}

export function agents(app: Koa): Agents {
	const server = keptOpen(createServer(app.callback()));

	return {
		http: supertest.agent(server),
		from: client => supertest.agent(server).set('X-Forwarded-For', client),
	};
}

/**
 * supertest opens a server for a request and closes it afterwards, which takes as long as the request. This one
 * stays open for the next request, and does not keep the process alive.
 */
function keptOpen(server: Server): Server {
	server.close = done => {
		done?.();
		return server;
	};

	return server.unref();
}

/** Serves an app on a free port until the test ends: for parallel requests and raw sockets. */
export async function serve(
	t: ExecutionContext,
	app: Koa,
): Promise<{port: number; origin: string; server: Server}> {
	const server = app.listen(0, '127.0.0.1');
	// On a busy machine, a test may pause for longer than the default of 5 seconds, and then use the connection again.
	server.keepAliveTimeout = 60_000;
	await new Promise(resolve => {
		server.once('listening', resolve);
	});
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});

	const port = portOf(server);
	return {port, origin: `http://127.0.0.1:${port}`, server};
}

/** The port that a server listens on. */
export function portOf(server: NetServer): number {
	const address = server.address();

	return typeof address === 'object' && address ? address.port : 0;
}
