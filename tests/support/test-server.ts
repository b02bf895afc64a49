import {Agent, createServer, type IncomingHttpHeaders, request} from 'node:http';
import type Koa from 'koa';

export interface TestRequest {
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
	/** From now on this app answers. */
	serve(app: Koa): void;
	send(request: TestRequest): Promise<TestResponse>;
	close(): void;
}

/** One server on loopback for one app after the other: connections stay open, so that requests are quick. */
export async function openTestServer(): Promise<TestServer> {
	let answer: ReturnType<Koa['callback']> | undefined;
	const server = createServer((req, res) => answer?.(req, res));
	const agent = new Agent({keepAlive: true});
	server.keepAliveTimeout = 0;

	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;

	return {
		serve: app => {
			app.silent = true;
			answer = app.callback();
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
