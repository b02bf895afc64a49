/* An app in a process of its own: `app.ts PACKAGE PORT PREFIX COUNT WINDOW`. */
import type {AddressInfo} from 'node:net';
import Koa from 'koa';
import {gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {packages} from './clients.ts';
import {clockInKey} from './opened.ts';

const [, , name = '', port, prefix = '', count, window] = process.argv;
const opened = await packages[name as keyof typeof packages](Number(port));

const app = new Koa();
app.use(
	gatekeeper({
		rateLimitRule: [Number(count), Number(window)],
		key: ctx => ctx.get('X-Client'),
		// No refusal is believed: the server is asked each time.
		store: new RedisStore({client: opened.client, prefix, clock: passing()}, clockInKey),
		onStoreError: 'closed',
		storeTimeout: 30,
	}),
);
app.use(ctx => {
	ctx.body = 'ok';
});

const server = app.listen(0, '127.0.0.1', () => {
	process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

/** A clock by which every look is a second after the one before, so that no refusal is believed. */
function passing(): () => number {
	let now = 0;

	return () => {
		now += 1000;
		return now;
	};
}
