/*
 * An app in its own process, `range-app.ts PORT`, with a gate that the process that started it operates by messages:
 * `['ban', range]` or `['unban', range]`.
 */
import type {AddressInfo} from 'node:net';
import {Redis} from 'ioredis';
import Koa from 'koa';
import {gatekeeper} from '../../../source/index.ts';
import {RedisStore} from '../../../source/redis.ts';

const [, , port] = process.argv;
const gate = gatekeeper({
	store: new RedisStore({client: new Redis(Number(port))}),
	ipHeader: 'X-Forwarded-For',
	// A slow machine must not make the gate decide on its own.
	storeTimeout: 30,
});
const app = new Koa();
app.use(gate);
app.use(ctx => {
	ctx.body = 'ok';
});

process.on('message', async ([verb, range]: ['ban' | 'unban', string]) => {
	await gate[verb](range);
	process.send?.('done');
});

const server = app.listen(0, '127.0.0.1', () => {
	process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
