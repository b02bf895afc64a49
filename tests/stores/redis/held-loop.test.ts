import {randomUUID} from 'node:crypto';
import test from 'ava';
import Koa from 'koa';
import {gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {packages} from '../../support/redis/clients.ts';
import {server} from '../../support/redis/shared.ts';
import {serve} from '../../support/servers.ts';
import {warnings} from '../../support/warnings.ts';

const REQUESTS = 15;
const COUNT = 2;

/** Milliseconds that the store may take for a reply, and for which the event loop is blocked at a time. */
const TIMEOUT = 300;
const HELD = 400;

/** Blocks the event loop, as a synchronous hash of a password does. */
function blockLoop(): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD);
}

for (const [name, open] of Object.entries(packages)) {
	for (const onStoreError of name === 'ioredis'
		? (['memory', 'closed'] as const)
		: (['closed'] as const)) {
		test.serial(
			`${name}, '${onStoreError}': a blocked event loop is not a failure of the server`,
			async t => {
				const heard = warnings(t);
				const {client, close} = await open(server.port);
				const app = new Koa();
				let arrived = 0;
				app.use((_ctx, next) => {
					arrived += 1;
					if (arrived === 10) {
						// Once before some requests have asked the store.
						blockLoop();
					}

					return next();
				});
				const gate = gatekeeper({
					rateLimitRule: {count: COUNT, window: 60, name: 'global'},
					store: new RedisStore({client, prefix: `${randomUUID()}:`}),
					storeTimeout: `${TIMEOUT}ms`,
					onStoreError,
				});
				app.use(gate);
				app.use(ctx => {
					blockLoop();
					ctx.body = 'ok';
				});
				const {origin} = await serve(t, app);

				const statuses = await Promise.all(
					Array.from({length: REQUESTS}, async () => (await fetch(origin)).status),
				);
				t.is(statuses.filter(status => status === 200).length, COUNT);
				t.is(statuses.filter(status => status === 429).length, REQUESTS - COUNT);
				t.deepEqual(await heard.codes(), []);
				// It would ask the closed client for banned ranges, and warn during later tests.
				await gate.close();
				await close();
			},
		);
	}
}
