import type {Server} from 'node:http';
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
	const callback = app.callback();

	return {
		http: supertest.agent(callback),
		from: client => supertest.agent(callback).set('X-Forwarded-For', client),
	};
}

/** Serves an app on a free port until the test ends: for parallel requests and raw sockets. */
export async function serve(
	t: ExecutionContext,
	app: Koa,
): Promise<{port: number; origin: string; server: Server}> {
	const server = app.listen(0, '127.0.0.1');
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
