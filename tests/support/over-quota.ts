import type {Router} from '@koa/router';
import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import type {Agent} from 'supertest';
import type {GatekeeperOptions} from '../../source/index.ts';
import {type GatedApp, gatedApp} from './gated-app.ts';

/** Sends requests such as `'GET /ping'` one after the other, and returns the status of each. */
export async function statuses(
	http: Agent,
	requests: readonly string[],
	headers: Record<string, string> = {},
): Promise<Record<string, number>> {
	const seen: Record<string, number> = {};
	for (const request of requests) {
		const [method = '', path = ''] = request.split(' ');
		const send = http[method.toLowerCase() as 'get'];
		seen[request] = (await send.call(http, path).set(headers).redirects(0)).status;
	}

	return seen;
}

/** An app whose client has spent its quota of one request: whatever is not exempt now gets a 429. */
export async function overQuota(
	routes: (router: Router, app: Koa) => void,
	options: GatekeeperOptions = {},
): Promise<GatedApp> {
	const all = gatedApp({rateLimitRule: [1, 60], ...options}, routes);
	await all.http.get('/spend');
	return all;
}

/** Checks the status that each request of a client over its quota gets. */
export async function overQuotaGets(
	t: ExecutionContext,
	routes: (router: Router, app: Koa) => void,
	expected: Record<string, number>,
	headers: Record<string, string> = {},
): Promise<void> {
	const {http} = await overQuota(routes);
	t.deepEqual(await statuses(http, Object.keys(expected), headers), expected);
}
