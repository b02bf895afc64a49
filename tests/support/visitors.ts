import type {Router} from '@koa/router';
import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import type {Gatekeeper, GatekeeperOptions} from '../../source/index.ts';
import {gatedApp} from './gated-app.ts';
import {openTestServer, type TestResponse} from './test-server.ts';

type Send = (path: string, headers?: Record<string, string>) => Promise<TestResponse>;

/** Somebody on the internet, with an address of its own. */
interface Visitor {
	readonly get: Send;
	readonly post: Send;
}

/** Finds the visitor with an address. */
export type VisitorAt = (address: string) => Visitor;

/** An app behind a gate that is served until the test ends, and all that may visit it: see `gatedApp`. */
export async function visitedApp(
	t: ExecutionContext,
	options: GatekeeperOptions,
	routes: (router: Router, app: Koa) => void = () => {},
): Promise<{gate: Gatekeeper; visitor: VisitorAt}> {
	const {app, gate} = gatedApp({ipHeader: 'X-Forwarded-For', ...options}, routes);

	return {gate, visitor: await visitors(t, app)};
}

/**
 * Serves an app until the test ends. Its visitors come through a proxy on this machine, which names them in
 * `X-Forwarded-For`.
 */
export async function visitors(t: ExecutionContext, app: Koa): Promise<VisitorAt> {
	const server = await openTestServer();
	t.teardown(server.close);
	server.serve(app);

	return address => {
		const sendWith =
			(method: string): Send =>
			(path, headers) =>
				server.send({method, path, headers: {...headers, 'X-Forwarded-For': address}});

		return {get: sendWith('GET'), post: sendWith('POST')};
	};
}

/** How often each of these occurs. */
export function tally(seen: ReadonlyArray<number | string>): Record<string, number> {
	const times: Record<string, number> = {};
	for (const each of seen) {
		times[each] = (times[each] ?? 0) + 1;
	}

	return times;
}
