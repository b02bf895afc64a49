/*
 * An app in its own process, `app.ts PORT COUNT WINDOW`: at `/ioredis` and so on, it has a gate with a client
 * of each package. Each gate has the name of the package as its prefix.
 */
import type {AddressInfo} from 'node:net';
import Koa from 'koa';
import mount from 'koa-mount';
import {gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';
import {Server} from '../../../source/stores/redis/server.ts';
import {packages} from './clients.ts';
import {clockInKey} from './opened.ts';

const [, , port, count, window] = process.argv;
const app = new Koa();

for (const [name, open] of Object.entries(packages)) {
	const {client} = await open(Number(port));
	const store = new RedisStore(
		{client, prefix: `${name}:`, clock: hurried()},
		new Server(client, clockInKey),
	);
	const gated = new Koa();
	gated.use(
		gatekeeper({
			rateLimitRule: [Number(count), Number(window)],
			key: ctx => ctx.get('X-Client'),
			store,
			onStoreError: 'closed',
			storeTimeout: 30,
		}),
	);
	gated.use(ctx => {
		ctx.body = 'ok';
	});
	app.use(mount(`/${name}`, gated));
}

const server = app.listen(0, '127.0.0.1', () => {
	process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

/** A clock that moves on by a second at each reading, so that every request asks the server. */
function hurried(): () => number {
	let now = 0;

	return () => {
		now += 1000;
		return now;
	};
}
