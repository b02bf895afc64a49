/*
 * What koa-gatekeeper and three other limiters do in the same situations, over HTTP on loopback: the facts
 * of docs/comparison-table.md.part. Run it with `npm run bench:peers`, on a machine that has a redis-server
 * or valkey-server. It takes a minute, since no clock is moved.
 */
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {Agent, createServer, get, type RequestListener, type Server} from 'node:http';
import {type AddressInfo, connect, type Socket} from 'node:net';
import {setTimeout} from 'node:timers/promises';
import express from 'express';
import {rateLimit} from 'express-rate-limit';
import {Redis} from 'ioredis';
import Koa from 'koa';
import koaRateLimit from 'koa-ratelimit';
import {RedisStore as ExpressStore} from 'rate-limit-redis';
import {RateLimiterMemory, RateLimiterRedis} from 'rate-limiter-flexible';
import {gatekeeper} from '../dist/index.js';
import {RedisStore} from '../dist/redis.js';
import {startRedis} from '../tests/support/redis/server.ts';

/** How a Koa app is told of one proxy: `app.proxy = true`, or with `app.maxIpsCount = 1` besides. */
type Proxy = 'documented' | 'and maxIpsCount';

interface Setting {
	readonly count: number;
	readonly seconds: number;
	/** One proxy stands before the app, and appends to X-Forwarded-For. */
	readonly proxy?: Proxy | undefined;
	readonly redis?: Redis | undefined;
	/** One of the limiter's own ways to go on when Redis fails, or of its drafts of the fields. */
	readonly way?: string | undefined;
	/** Is called for each request that is let in. */
	readonly letIn?: () => void;
}

interface Limiter {
	readonly folder: string;
	/** What it has besides its defaults, to go on when Redis fails and to send standard fields. */
	readonly waysOn: readonly string[];
	readonly drafts: readonly string[];
	app(setting: Setting): RequestListener;
}

/** The app of a Koa limiter, set up for a proxy as Koa documents it. */
function koa(limit: Koa.Middleware, {proxy, letIn}: Setting): RequestListener {
	const app = new Koa({
		proxy: proxy !== undefined,
		...(proxy === 'and maxIpsCount' && {maxIpsCount: 1}),
	});
	app.silent = true;
	app.use(limit);
	app.use(ctx => {
		letIn?.();
		ctx.body = 'ok';
	});
	return app.callback();
}

const limiters: Readonly<Record<string, Limiter>> = {
	'koa-gatekeeper': {
		folder: '..',
		waysOn: ['open', 'closed'],
		drafts: [],
		app: setting => {
			const {count, seconds, proxy, redis, way} = setting;
			const gate = gatekeeper({
				rateLimitRule: {count, window: seconds, name: 'global'},
				...(proxy && {ipHeader: 'X-Forwarded-For'}),
				...(redis && {store: new RedisStore({client: redis})}),
				...(way && {onStoreError: way as 'open' | 'closed'}),
			});
			return koa(gate, {...setting, proxy: undefined});
		},
	},
	'koa-ratelimit': {
		folder: 'node_modules/koa-ratelimit',
		waysOn: [],
		drafts: [],
		app: setting => {
			const {count: max, seconds, redis} = setting;
			const duration = seconds * 1000;
			return koa(
				redis
					? koaRateLimit({driver: 'redis', db: redis, max, duration})
					: koaRateLimit({driver: 'memory', db: new Map(), max, duration}),
				setting,
			);
		},
	},
	'rate-limiter-flexible': {
		folder: 'node_modules/rate-limiter-flexible',
		waysOn: ['insuranceLimiter'],
		drafts: [],
		app: setting => {
			const {count: points, seconds: duration, redis, way} = setting;
			const memory = new RateLimiterMemory({points, duration});
			const limiter = redis
				? new RateLimiterRedis({
						storeClient: redis,
						points,
						duration,
						...(way && {insuranceLimiter: memory}),
					})
				: memory;
			return koa(async (ctx, next) => {
				try {
					await limiter.consume(ctx.ip);
				} catch (refusal) {
					if (refusal instanceof Error) {
						throw refusal;
					}

					ctx.status = 429;
					ctx.body = 'Too Many Requests';
					return;
				}

				await next();
			}, setting);
		},
	},
	'express-rate-limit': {
		folder: 'node_modules/express-rate-limit',
		waysOn: ['passOnStoreError'],
		drafts: ['draft-6', 'draft-7', 'draft-8'],
		app: ({count: limit, seconds, proxy, redis, way, letIn}) => {
			const app = express();
			if (proxy) {
				app.set('trust proxy', 1);
			}

			app.use(
				rateLimit({
					windowMs: seconds * 1000,
					limit,
					standardHeaders: way?.startsWith('draft') ? (way as 'draft-8') : false,
					passOnStoreError: way === 'passOnStoreError',
					logger: {warn: () => {}, error: () => {}},
					...(redis && {
						store: new ExpressStore({
							sendCommand: (command: string, ...args: string[]) =>
								redis.call(command, ...args) as Promise<never>,
						}),
					}),
				}),
			);
			app.get('/', (_req, res) => {
				letIn?.();
				res.send('ok');
			});
			app.use(((_error, _req, res, _next) => {
				res.sendStatus(500);
			}) as express.ErrorRequestHandler);
			return app;
		},
	},
};

interface Response {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Served {
	/** Sends a request; `peer` is whom the socket tells to be connected. */
	ask(peer?: string, headers?: Record<string, string>): Promise<Response>;
	readonly port: number;
	close(): void;
}

async function serve(listener: RequestListener): Promise<Served> {
	const server: Server = createServer(listener);
	const peers: Array<string | undefined> = [];
	server.on('connection', (socket: Socket) => {
		const peer = peers.shift();
		if (peer !== undefined) {
			Object.defineProperty(socket, 'remoteAddress', {value: peer});
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;

	return {
		port,
		ask: async (peer, headers = {}) => {
			peers.push(peer);
			const request = get({port, host: '127.0.0.1', agent: new Agent(), headers});
			const [response] = await once(request, 'response');
			response.resume();
			await once(response, 'end');
			request.destroy();
			return {status: response.statusCode, headers: response.headers};
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

/** The most times that lie within any so many milliseconds. */
function mostWithin(times: readonly number[], window: number): number {
	return Math.max(
		...times.map(end => times.filter(time => time > end - window && time <= end).length),
	);
}

async function many(count: number, {ask}: Served): Promise<number> {
	const responses = await Promise.all(Array.from({length: count}, () => ask()));
	return responses.filter(({status}) => status === 200).length;
}

/** A client's first request, those up to the limit at the end of a window, and as many after it. */
async function atTheEdge({app}: Limiter, redis?: Redis): Promise<string> {
	const times: number[] = [];
	const letIn = () => times.push(performance.now());
	const served = await serve(app({count: 100, seconds: 60, letIn, redis}));
	await served.ask();
	await setTimeout(59_000);
	await many(99, served);
	await setTimeout(1200);
	await many(150, served);
	served.close();
	return `${mostWithin(times, 60_000)} within 60 s, ${mostWithin(times, 2000)} within 2 s`;
}

async function inParallel({app}: Limiter, redis?: Redis): Promise<string> {
	const served = await serve(app({count: 100, seconds: 60, redis}));
	const connections = await many(200, served);
	served.close();

	await redis?.flushall();
	const again = await serve(app({count: 100, seconds: 60, redis}));
	const pipelined = await pipeline(200, again.port);
	again.close();
	return `${connections} over 200 connections, ${pipelined} in one segment of one connection`;
}

/** Sends all requests in one go over one connection, and counts the responses with 200. */
function pipeline(count: number, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		let received = '';
		const socket = connect(port, '127.0.0.1', () => {
			socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count));
		});
		socket.on('error', reject);
		socket.on('data', data => {
			received += data;
			const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
			if (statuses.length === count) {
				socket.destroy();
				resolve(statuses.filter(status => status === '200').length);
			}
		});
	});
}

/** Waits for as long as Retry-After says, and tries again. */
async function afterRetryAfter({app}: Limiter, redis?: Redis): Promise<string> {
	const served = await serve(app({count: 1, seconds: 4, redis}));
	await served.ask();
	await setTimeout(1400);
	const refused = await served.ask();
	const retryAfter = refused.headers['retry-after'];
	if (retryAfter === undefined) {
		served.close();
		return 'no Retry-After';
	}

	await setTimeout(Number(retryAfter) * 1000);
	const {status} = await served.ask();
	served.close();
	return `Retry-After: ${retryAfter} with 2.6 s to go; then ${status}`;
}

/** Which IPv6 addresses are one client: the shortest prefix that makes them so. */
async function ipv6({app}: Limiter): Promise<string> {
	const others = [
		['2001:db8:0:1::2', 64],
		['2001:db8:0:2::1', 60],
		['2001:db8:0:81::1', 56],
		['2001:db8:0:8001::1', 48],
		['2001:db8:8000:1::1', 32],
	] as const;
	let prefix = 128;
	for (const [other, shared] of others) {
		const served = await serve(app({count: 1, seconds: 60}));
		await served.ask('2001:db8:0:1::1');
		if ((await served.ask(other)).status === 429) {
			prefix = shared;
		}

		served.close();
	}

	return `a client is its /${prefix}`;
}

/** The proxy appends the client's address to what the client has sent. */
async function forged({app}: Limiter, proxy: Proxy): Promise<string> {
	const served = await serve(app({count: 1, seconds: 60, proxy}));
	const ask = (made: string, client: string) =>
		served.ask('127.0.0.1', {'X-Forwarded-For': `${made}, ${client}`});
	const first = await ask('192.0.2.1', '203.0.113.7');
	const forger = await ask('192.0.2.2', '203.0.113.7');
	const other = await ask('192.0.2.1', '203.0.113.8');
	served.close();
	return `first ${first.status}, with another forged address ${forger.status}; another client ${other.status}`;
}

async function fields({app, drafts}: Limiter): Promise<string> {
	const shown = ({status, headers}: Response) =>
		`${status}: ${
			Object.entries(headers)
				.filter(([name]) => /ratelimit|retry/.test(name))
				.map(([name, value]) => `${name}: ${value}`)
				.join(' | ') || 'none'
		}`;
	const lines: string[] = [];
	for (const way of [undefined, ...drafts]) {
		const served = await serve(app({count: 1, seconds: 60, way}));
		lines.push(`${way ?? 'default'} ${shown(await served.ask())}`, shown(await served.ask()));
		served.close();
	}

	return lines.join('\n    ');
}

const PATIENCE = 10_000;

/** ioredis as it comes, which waits for a server to come back, or set up to fail within half a second. */
const clients = {
	patient: {},
	impatient: {enableOfflineQueue: false, commandTimeout: 500},
};

/** The responses to two requests that come in while Redis is gone, or hangs. */
async function withoutRedis(
	{app}: Limiter,
	how: 'gone' | 'hanging',
	client: keyof typeof clients,
	way?: string,
): Promise<string> {
	const server = await startRedis();
	const redis = new Redis({port: server.port, ...clients[client]});
	redis.on('error', () => {});
	await once(redis, 'ready');
	const served = await serve(app({count: 1, seconds: 60, redis, way}));
	await served.ask('203.0.113.1');
	await (how === 'gone' ? server.kill() : server.pause());
	await setTimeout(100);

	const told: string[] = [];
	for (let request = 0; request < 2; request += 1) {
		const start = performance.now();
		const response = await Promise.race([
			served.ask('203.0.113.2').catch(() => undefined),
			setTimeout(PATIENCE, undefined),
		]);
		const seconds = ((performance.now() - start) / 1000).toFixed(1);
		told.push(response ? `${response.status} after ${seconds} s` : `none in ${seconds} s`);
	}

	served.close();
	redis.disconnect();
	server.resume();
	await server.stop();
	return told.join(', then ');
}

/** The same for each of the limiter's own ways on. */
async function waysOn(limiter: Limiter, how: 'gone' | 'hanging'): Promise<string> {
	const lines: string[] = [];
	for (const way of limiter.waysOn) {
		lines.push(`${way}: ${await withoutRedis(limiter, how, 'impatient', way)}`);
	}

	return lines.join('; ') || 'none';
}

/** What a ban is worth: whether reports close other routes to a client, and what there is besides. */
async function bans(name: string): Promise<string> {
	switch (name) {
		case 'koa-gatekeeper': {
			const app = new Koa();
			app.silent = true;
			const gate = gatekeeper({banRule: [3, 60, 600]});
			app.use(gate);
			app.use(ctx => {
				if (ctx.path === '/') {
					ctx.report();
				}

				ctx.body = 'ok';
			});
			const served = await serve(app.callback());
			const statuses = [];
			for (let report = 0; report < 4; report += 1) {
				statuses.push((await served.ask()).status);
			}

			await gate.unban('127.0.0.1');
			const unbanned = (await served.ask()).status;
			await gate.ban('127.0.0.1');
			const banned = (await served.ask()).status;
			served.close();
			return `after three reports: ${statuses}; unban(): ${unbanned}; ban(): ${banned}`;
		}

		case 'rate-limiter-flexible': {
			const limiter = new RateLimiterMemory({points: 100, duration: 60});
			await limiter.block('203.0.113.7', 600);
			const refusal = await limiter.consume('203.0.113.7').catch(({msBeforeNext}) => msBeforeNext);
			const methods = Object.getOwnPropertyNames(RateLimiterMemory.prototype);
			return `block(key, 600): refused for ${refusal / 1000} s; methods: ${methods}`;
		}

		case 'express-rate-limit':
			return `the middleware's own: ${Object.keys(rateLimit({}))}`;
		default:
			return `the middleware's own: ${Object.keys(koaRateLimit({})).join() || 'nothing'}`;
	}
}

function packageOf(folder: string) {
	return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8'));
}

/** Each limiter with a server of its own, so that none waits for another. */
async function onRedis(fact: (redis: Redis) => Promise<string>): Promise<string> {
	const server = await startRedis();
	const redis = new Redis(server.port);
	const told = await fact(redis);
	redis.disconnect();
	await server.stop();
	return told;
}

const facts: ReadonlyArray<[fact: string, find: (limiter: Limiter, name: string) => unknown]> = [
	['version', ({folder}) => packageOf(folder).version],
	['dependencies', ({folder}) => Object.keys(packageOf(folder).dependencies ?? {}).join()],
	['bans', (_limiter, name) => bans(name)],
	['fields', fields],
	['IPv6', ipv6],
	['forged, documented setting', limiter => forged(limiter, 'documented')],
	['forged, with maxIpsCount: 1', limiter => forged(limiter, 'and maxIpsCount')],
	['200 in parallel, limit 100', limiter => inParallel(limiter)],
	['the same on Redis', limiter => onRedis(redis => inParallel(limiter, redis))],
	['Retry-After', limiter => afterRetryAfter(limiter)],
	['the same on Redis', limiter => onRedis(redis => afterRetryAfter(limiter, redis))],
	['100 a minute at an edge', limiter => atTheEdge(limiter)],
	['the same on Redis', limiter => onRedis(redis => atTheEdge(limiter, redis))],
	['Redis is gone', limiter => withoutRedis(limiter, 'gone', 'patient')],
	['Redis hangs', limiter => withoutRedis(limiter, 'hanging', 'patient')],
	['gone, the client fails', limiter => withoutRedis(limiter, 'gone', 'impatient')],
	['hangs, the client fails', limiter => withoutRedis(limiter, 'hanging', 'impatient')],
	['gone, own ways on', limiter => waysOn(limiter, 'gone')],
	['hangs, own ways on', limiter => waysOn(limiter, 'hanging')],
];

const found = await Promise.all(
	Object.entries(limiters).map(async ([name, limiter]) => {
		const lines: string[] = [];
		for (const [fact, find] of facts) {
			lines.push(`  ${fact}: ${await find(limiter, name)}`);
		}

		return [name, ...lines].join('\n');
	}),
);

console.log(`Node.js ${process.version}\n\n${found.join('\n\n')}`);
process.exit();
