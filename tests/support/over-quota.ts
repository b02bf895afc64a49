import type {Router} from '@koa/router';
import type Koa from 'koa';
import type {Agent} from 'supertest';
import type {GatekeeperOptions} from '../../source/index.ts';
import {type GatedApp, gatedApp} from './gated-app.ts';

/** What each request, such as `'GET /ping'`, is answered with, one after the other. */
export async function statuses(
	http: Agent,
	requests: readonly string[],
	headers: Record<string, string> = {},
): Promise<Record<string, number>> {
	const answers: Record<string, number> = {};
	for (const request of requests) {
		const [method = '', path = ''] = request.split(' ');
		const send = http[method.toLowerCase() as 'get'];
		answers[request] = (await send.call(http, path).set(headers).redirects(0)).status;
	}

	return answers;
}

/** A client that has spent the one request of its quota: what is not exempt is now answered 429. */
export async function overQuota(
	routes: (router: Router, app: Koa) => void,
	options: GatekeeperOptions = {},
): Promise<GatedApp> {
	const all = gatedApp({rateLimitRule: [1, 60], ...options}, routes);
	await all.http.get('/spend');
	return all;
}
