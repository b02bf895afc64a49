import {Agent, createServer, type IncomingHttpHeaders, request} from 'node:http';
import type Koa from 'koa';
import {portOf} from './servers.ts';

interface TestRequest {
	readonly method: string;
	readonly path: string;
	readonly headers?: Record<string, string>;
}

export interface TestResponse {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

export interface TestServer {
	/** From now on, requests go to this app. */
	serve(app: Koa): void;
	send(request: TestRequest): Promise<TestResponse>;
	close(): void;
}

/**
 * One server on loopback for many apps in turn. A few connections stay open, which makes requests fast; requests beyond
 * wait for one.
 */
export async function openTestServer(): Promise<TestServer> {
	let callback: ReturnType<Koa['callback']> | undefined;
	const server = createServer((req, res) => callback?.(req, res));
	const agent = new Agent({keepAlive: true, maxSockets: 25});
	server.keepAliveTimeout = 0;

	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const port = portOf(server);

	return {
		serve: app => {
			app.silent = true;
			callback = app.callback();
		},

		send: ({method, path, headers = {}}) =>
			new Promise((resolve, reject) => {
				const outgoing = request({host: '127.0.0.1', port, agent, method, path, headers}, res => {
					let text = '';
					res.setEncoding('utf8');
					res.on('data', chunk => {
						text += chunk;
					});
					res.on('error', reject);
					res.on('end', () => {
						resolve({status: res.statusCode ?? 0, headers: res.headers, text});
					});
				});
				outgoing.on('error', reject);
				outgoing.end();
			}),

		close: () => {
			agent.destroy();
			server.close();
		},
	};
}
