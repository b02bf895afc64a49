import {once} from 'node:events';
import {createRequire} from 'node:module';
import {setImmediate} from 'node:timers/promises';
import {Router} from '@koa/router';
import test, {type ExecutionContext} from 'ava';
import Koa from 'koa';
import serverless from 'serverless-http';
import {bypass, type GatekeeperOptions, gatekeeper, specific} from '../source/index.ts';
import {gatedApp} from './support/gated-app.ts';
import {ok, who} from './support/handlers.ts';
import {manualClockStore} from './support/manual-clock.ts';
import {portOf} from './support/servers.ts';
import {warnings} from './support/warnings.ts';

/** What AWS Lambda gets from an HTTP API of API Gateway, in version 2.0 of its format. */
const fromApiGateway = (sourceIp: string, headers: Record<string, string>) => ({
	version: '2.0',
	rawPath: '/who',
	rawQueryString: '',
	headers,
	requestContext: {http: {method: 'GET', path: '/who', protocol: 'HTTP/1.1', sourceIp}},
	isBase64Encoded: false,
});

const elb = {targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1'};

/** What AWS Lambda gets from an Application Load Balancer, with several values for a header or with one. */
const fromBalancer = (headers: Record<string, string>) => ({
	requestContext: {elb},
	httpMethod: 'GET',
	path: '/who',
	queryStringParameters: {},
	headers,
	body: '',
	isBase64Encoded: false,
});
const fromBalancerInLists = (headers: Record<string, string>) => ({
	...fromBalancer({}),
	headers: undefined,
	multiValueHeaders: Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name, value.split(', ')]),
	),
});

/** Runs an app on serverless-http. The function returned takes an event, and returns status and body. */
function onLambda(options: GatekeeperOptions) {
	const {app} = gatedApp(options, router => {
		router.get('/who', who);
	});
	const handler = serverless(app);

	return async (event: object) => {
		// As on Lambda, where the app is made before the first event.
		await setImmediate();
		const {statusCode, body} = (await handler(event, {})) as {statusCode: number; body: string};
		return `${statusCode} ${body}`;
	};
}

test('behind API Gateway, serverless-http gives the address of the client', async t => {
	const send = onLambda({rateLimitRule: [1, 60]});
	const forged = {'x-forwarded-for': '192.0.2.1'};

	t.is(await send(fromApiGateway('203.0.113.7', forged)), '200 203.0.113.7');
	t.regex(await send(fromApiGateway('203.0.113.7', {})), /^429 /);
	t.is(await send(fromApiGateway('2001:db8:1:2::7', forged)), '200 2001:db8:1:2::/64');
});

test.serial(
	'behind a load balancer, serverless-http gives no address: a warning says what to set, and then the header names the client',
	async t => {
		const seen = warnings(t);
		const headers = {'x-forwarded-for': '192.0.2.1, 203.0.113.7'};
		const refusing = onLambda({ipHeader: 'X-Forwarded-For'});
		t.is(await refusing(fromBalancer(headers)), '400 Bad Request');
		t.is(await refusing(fromBalancer(headers)), '400 Bad Request');
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_ADDRESS']);
		t.regex((await seen.messages())[0] ?? '', /ipHeader.* 'no-address' in trustedProxies$/);

		const send = onLambda({
			rateLimitRule: [2, 60],
			ipHeader: 'X-Forwarded-For',
			trustedProxies: ['no-address'],
		});
		t.is(await send(fromBalancer(headers)), '200 203.0.113.7');
		t.is(await send(fromBalancerInLists(headers)), '200 203.0.113.7');
		t.regex(await send(fromBalancer({'x-forwarded-for': '192.0.2.2, 203.0.113.7'})), /^429 /);
		t.is(await send(fromBalancer({'x-forwarded-for': '203.0.113.8'})), '200 203.0.113.8');
		// The balancer's health checks name no client.
		t.is(await send(fromBalancer({})), '200 no-address');
		t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_ADDRESS']);
	},
);

test('without a socket, bypass() and a standalone rule work as with one', async t => {
	const {http} = gatedApp(
		{rateLimitRule: [1, 60], ipHeader: 'X-Forwarded-For', trustedProxies: ['no-address']},
		(router, app) => {
			app.middleware.unshift((ctx, next) => {
				Object.defineProperty(ctx.req, 'socket', {value: undefined});
				return next();
			});
			router.get('/open', bypass(), who);
			router.get('/own', specific([2, 60], {standalone: true}), who);
		},
	);
	const statuses = async (path: string) => {
		const seen: number[] = [];
		for (let sent = 0; sent < 3; sent += 1) {
			seen.push((await http.get(path).set('X-Forwarded-For', '203.0.113.7')).status);
		}

		return seen;
	};

	t.deepEqual(await statuses('/open'), [200, 200, 200]);
	t.deepEqual(await statuses('/own'), [200, 200, 429]);
	t.deepEqual(await statuses('/ping'), [200, 429, 429]);
});

interface WebSocketContext extends Koa.Context {
	readonly websocket: {
		send(text: string): void;
		close(code: number, reason: string): void;
	};
}

type WithWebSockets = Koa & {
	readonly server: import('node:http').Server;
	readonly ws: {use(middleware: Koa.Middleware<object, WebSocketContext>): void};
};

const require = createRequire(import.meta.url);
const withWebSockets = require('koa-websocket') as (app: Koa) => WithWebSockets;
const WebSocket = require('ws') as new (
	url: string,
) => import('node:events').EventEmitter & {close(): void; terminate(): void};

/** Connects to an app on koa-websocket. The function returned connects, and returns what the app sends. */
function overWebSockets(
	t: ExecutionContext,
	use: ReadonlyArray<Koa.Middleware>,
	placeForRequests: (app: Koa) => void = () => {},
) {
	const app = withWebSockets(new Koa());
	placeForRequests(app);
	app.ws.use(async (ctx, next) => {
		try {
			await next();
		} catch (error) {
			const {status, message} = error as Error & {status: number};
			ctx.websocket.close(1008, `${status} ${message}`);
		}
	});
	for (const middleware of use) {
		app.ws.use(middleware as Koa.Middleware<object, WebSocketContext>);
	}

	app.ws.use(ctx => {
		ctx.websocket.send(ctx.state.gatekeeper.client);
	});
	const listening = once(app.listen(0, '127.0.0.1'), 'listening');
	t.teardown(() => app.server.close());

	return async () => {
		await listening;
		const socket = new WebSocket(`ws://127.0.0.1:${portOf(app.server)}/`);
		const told = Promise.race([
			once(socket, 'message').then(([message]) => String(message)),
			once(socket, 'close').then(([, reason]) => String(reason)),
		]);
		const said = await told;
		socket.terminate();
		return said;
	};
}

test('on koa-websocket, whose contexts have no response, a gate admits a connection or rejects with the reason', async t => {
	const {store} = manualClockStore();
	const gate = gatekeeper({rateLimitRule: [2, 60], banRule: [1, 60, 600], store});
	const connect = overWebSockets(t, [gate]);

	t.is(await connect(), '127.0.0.1');
	t.is(await connect(), '127.0.0.1');
	t.regex(await connect(), /^429 rate limited for \d+s \(over 2 requests in a 60s window\)$/);
	await gate.ban('127.0.0.1', {duration: 60});
	t.is(await connect(), '403 banned for 60s');
});

test('there, no mark of a route for requests exempts a WebSocket', async t => {
	const gate = gatekeeper();
	const router = new Router();
	router.get('/', bypass(), ok);
	const connect = overWebSockets(t, [gate], app => app.use(gate).use(router.routes()));
	await gate.ban('127.0.0.1', {duration: 60});

	t.regex(await connect(), /^403 banned/);
});

test('there, deny refuses, and a specific limits, in the same way', async t => {
	const denied = overWebSockets(t, [gatekeeper({deny: ['loopback']})]);
	const limited = overWebSockets(t, [gatekeeper({headers: 'both'}), specific([1, 60])]);

	t.is(await denied(), '403 denied');
	t.is(await limited(), '127.0.0.1');
	t.regex(await limited(), /^429 rate limited/);
});

test('there, no status is sent, so that reportWhen is not asked', async t => {
	const reportWhen = () => t.fail();
	for (const dryRun of [false, true]) {
		const options = {rateLimitRule: [1, 60], banRule: [1, 60, 600], reportWhen, dryRun} as const;
		const connect = overWebSockets(t, [gatekeeper(options)]);

		t.is(await connect(), '127.0.0.1');
		t.regex(await connect(), dryRun ? /^127/ : /^429 rate limited/);
	}
});

test('a context without a response rejects with the error of a handler, and with a status if its client is unknown', async t => {
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For'});
	const [gate] = app.middleware;
	const run = (req: object, next = async () => {}) =>
		gate?.(app.createContext(req as never, undefined as never), next);
	const socket = {remoteAddress: '127.0.0.1'};

	await t.throwsAsync(
		async () => run({socket, headers: {}}, () => Promise.reject(new Error('mine'))),
		{
			message: 'mine',
		},
	);
	await t.throwsAsync(async () => run({headers: {}}), {
		message: 'The gate cannot read the request',
	});
	await t.notThrowsAsync(async () => run({socket, headers: {}}));
});
