import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {bypass} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch} from '../support/latch.ts';
import {requestStatus} from '../support/request-status.ts';
import {serve} from '../support/servers.ts';

/**
 * Sends requests at once from one client, and returns their statuses.
 *
 * @param onArrival runs when the last request has arrived
 */
async function parallel(
	t: ExecutionContext,
	app: Koa,
	count: number,
	path: string,
	onArrival: () => void = () => {},
): Promise<number[]> {
	const {origin, server} = await serve(t, app);
	let arrived = 0;
	server.on('request', () => {
		arrived += 1;
		if (arrived === count) {
			setImmediate(onArrival);
		}
	});

	return Promise.all(Array.from({length: count}, () => requestStatus(origin + path)));
}

for (const [count, extra] of [
	[100, 16],
	[5, 5],
] as const) {
	test(`of 200 parallel requests with an unproven mark, a limit of ${count} admits exactly ${extra} beyond it`, async t => {
		let reached = 0;
		const {all, release} = latch();
		const {app, http} = gatedApp({rateLimitRule: [count, 60]}, (router, koa) => {
			koa.use(async (ctx, next) => {
				await all;
				ctx.path = '/closed';
				return next();
			});
			router.get('/open', bypass(), ok).get('/closed', ctx => {
				reached += 1;
				ok(ctx);
			});
		});

		const statuses = await parallel(t, app, 200, '/open', release);
		t.is(statuses.filter(status => status === 200).length, count + extra);
		t.is(reached, count + extra);
		t.is((await http.get('/open')).status, 429);
		t.is(reached, count + extra);
	});
}

test('of 200 parallel requests, a limit of 100 admits exactly 100', async t => {
	const {app} = gatedApp({rateLimitRule: [100, 60]}, router => {
		router.get('/open', bypass(), ok);
	});

	const statuses = await parallel(t, app, 200, '/ping');
	t.is(statuses.filter(status => status === 200).length, 100);
	t.is(statuses.filter(status => status === 429).length, 100);
});

test('200 parallel requests to a marked route are all admitted', async t => {
	const {app} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.get('/open', bypass(), ok);
	});

	const statuses = await parallel(t, app, 200, '/open');
	t.true(statuses.every(status => status === 200));
});

test('a mark is proven before its handler runs, so that a slow handler delays no other request', async t => {
	const {all, release} = latch();
	const {app} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.get('/open', bypass(), async ctx => {
			await all;
			ok(ctx);
		});
	});

	const statuses = await parallel(t, app, 50, '/open', release);
	t.true(statuses.every(status => status === 200));
});
