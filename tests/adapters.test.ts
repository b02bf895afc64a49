import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import serverless from 'serverless-http';
import type {GatekeeperOptions} from '../source/index.ts';
import {gatedApp} from './support/gated-app.ts';
import {who} from './support/handlers.ts';
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
