/* One server of bench/requests.ts, in a process of its own: `server.ts NAME LIMIT`. */
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import fastifyRateLimit from '@fastify/rate-limit';
import express from 'express';
import {rateLimit} from 'express-rate-limit';
import Fastify from 'fastify';
import Koa from 'koa';
import koaRateLimit from 'koa-ratelimit';
import {RateLimiterMemory} from 'rate-limiter-flexible';
import {gatekeeper} from '../dist/index.js';

const [, , name = '', limit = '1'] = process.argv;
const max = Number(limit);
const MINUTE = 60_000;

function koa(...middlewares: readonly Koa.Middleware[]): RequestListener {
	const app = new Koa();
	app.silent = true;
	for (const middleware of middlewares) {
		app.use(middleware);
	}

	app.use(ctx => {
		ctx.body = 'ok';
	});
	return app.callback();
}

function flexible(): Koa.Middleware {
	const limiter = new RateLimiterMemory({points: max, duration: 60});

	return async (ctx, next) => {
		try {
			await limiter.consume(ctx.ip);
		} catch {
			ctx.status = 429;
			ctx.body = 'Too Many Requests';
			return;
		}

		await next();
	};
}

function onExpress(...middlewares: readonly express.RequestHandler[]): RequestListener {
	const app = express();
	for (const middleware of middlewares) {
		app.use(middleware);
	}

	app.get('/', (_req, res) => {
		res.send('ok');
	});
	return app;
}

async function onFastify(isLimited: boolean): Promise<RequestListener> {
	const app = Fastify();
	if (isLimited) {
		await app.register(fastifyRateLimit, {max, timeWindow: MINUTE});
	}

	app.get('/', async () => 'ok');
	await app.ready();
	return (req, res) => app.routing(req, res);
}

const rateLimitRule = [max, 60] as const;
const servers: Readonly<Record<string, () => RequestListener | Promise<RequestListener>>> = {
	koa: () => koa(),
	'koa + two constant fields': () =>
		koa((ctx, next) => {
			ctx.set('RateLimit-Policy', '"global";q=1000000;w=60');
			ctx.set('RateLimit', '"global";r=999999;t=60');
			return next();
		}),
	'koa + koa-gatekeeper': () => koa(gatekeeper({rateLimitRule})),
	'koa + koa-gatekeeper, headers: false': () => koa(gatekeeper({rateLimitRule, headers: false})),
	'koa + koa-ratelimit': () =>
		koa(koaRateLimit({driver: 'memory', db: new Map(), max, duration: MINUTE})),
	'koa + rate-limiter-flexible': () => koa(flexible()),
	express: () => onExpress(),
	'express + express-rate-limit': () =>
		onExpress(rateLimit({windowMs: MINUTE, limit: max, standardHeaders: 'draft-8'})),
	fastify: () => onFastify(false),
	'fastify + @fastify/rate-limit': () => onFastify(true),
};

const listener = await servers[name]?.();
const server = createServer(listener);
server.listen(0, '127.0.0.1', () => {
	process.send?.({port: (server.address() as AddressInfo).port});
});

/** Asked for it, tells the CPU time that it has used so far. */
process.on('message', () => {
	const {user, system} = process.cpuUsage();
	process.send?.({microseconds: user + system});
});
