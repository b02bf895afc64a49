import {inspect, isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {type AnyApp, anyApp} from './support/generators/any-app.ts';
import {type AppAndModel, appAndModel} from './support/generators/app-and-model.ts';
import type {ClientModel, GateModel} from './support/models/gate-model.ts';
import type {RefusalModel} from './support/models/response-model.ts';
import {runs} from './support/runs.ts';
import {openTestServer, type TestServer} from './support/test-server.ts';

type Wait =
	| {readonly ms: number}
	/** Until a moment when a request leaves its window or a ban ends, or 1 ms before or after it. */
	| {readonly moment: number; readonly off: number};

interface Request {
	readonly do: 'request';
	readonly wait: Wait;
	readonly client: number;
	readonly method: string;
	/** A number beyond the app's routes gets a 404. */
	readonly route: number;
	readonly accept: 'text/plain' | 'application/problem+json';
}

interface Operation {
	readonly do: 'ban' | 'unban' | 'reset';
	readonly wait: Wait;
	readonly client: number;
}

type Step = Request | Operation;

interface Visit {
	readonly app: AnyApp;
	readonly steps: readonly Step[];
}

/** The header that our proxy sends, and the client that it names. */
const clients: ReadonlyArray<ClientModel & {readonly header?: string}> = [
	{header: '203.0.113.7', key: '203.0.113.7', immune: false},
	{header: '10.0.0.1, ::ffff:203.0.113.7', key: '203.0.113.7', immune: false},
	{header: '2001:db8::1', key: '2001:db8::/64', immune: false},
	{header: '2001:db8::2', key: '2001:db8::/64', immune: false},
	{header: '127.0.0.1', key: '127.0.0.1', immune: false},
	{key: '127.0.0.1', immune: true},
];

test('any app responds as a plain model of the rules does', async t => {
	const server = await openTestServer();
	t.teardown(server.close);

	await t.notThrowsAsync(() =>
		fc.assert(
			fc.asyncProperty(anyVisit, visit => replay(server, visit)),
			{numRuns: runs(250), includeErrorInReport: true},
		),
	);
});

/** @throws {Error} if the app responds differently from the model */
async function replay(server: TestServer, {app, steps}: Visit): Promise<void> {
	const pair = appAndModel(app);
	server.serve(pair.app);

	for (const [index, step] of steps.entries()) {
		pair.model.now += span(pair.model, step.wait);
		const expected = expect(pair, step);
		const got = await apply(server, pair, step);
		if (!isDeepStrictEqual(got, expected)) {
			throw new Error(
				`Step ${index} at ${pair.model.now} ms, ${inspect(step)}:\n` +
					`expected ${inspect(expected)}\ngot ${inspect(got)}`,
			);
		}
	}
}

function span(model: GateModel, wait: Wait): number {
	if ('ms' in wait) {
		return wait.ms;
	}

	const moments = model.moments();
	const moment = moments[wait.moment % Math.max(1, moments.length)] ?? model.now;
	return Math.max(0, moment + wait.off - model.now);
}

function expect({model, routeFor}: AppAndModel, step: Step): unknown {
	const client = clients[step.client] ?? {key: '', immune: false};
	if (step.do !== 'request') {
		return model[step.do](client.key);
	}

	const route = routeFor(step.method, step.route);
	const {refusal, ...response} = model.request(client, step.method, route);
	return {
		...response,
		cacheControl: refusal && 'private, no-store',
		body: refusal && bodyOf(refusal, response.status, step),
	};
}

function bodyOf({text, type, violated}: RefusalModel, status: number, request: Request): unknown {
	if (request.method === 'HEAD') {
		return '';
	}

	return request.accept === 'text/plain'
		? `${text}\n`
		: {
				type: `https://iana.org/assignments/http-problem-types#${type}`,
				status,
				detail: text,
				...(violated.length > 0 && {'violated-policies': violated}),
			};
}

async function apply(server: TestServer, {gate, ran}: AppAndModel, step: Step): Promise<unknown> {
	const {header, key = ''} = clients[step.client] ?? {};
	if (step.do !== 'request') {
		return gate[step.do](key);
	}

	const before = ran();
	const {status, headers, text} = await server.send({
		method: step.method,
		path: `/${step.route}`,
		headers: {Accept: step.accept, ...(header !== undefined && {'X-Forwarded-For': header})},
	});
	const isRefused = [429, 403].includes(status);

	return {
		status,
		ran: ran() > before,
		retryAfter: headers['retry-after'],
		policy: headers['ratelimit-policy'],
		rateLimit: headers.ratelimit,
		cacheControl: headers['cache-control'],
		body: isRefused ? bodySeen(text, step) : undefined,
	};
}

function bodySeen(text: string, {method, accept}: Request): unknown {
	if (method === 'HEAD' || accept === 'text/plain') {
		return text;
	}

	const {title: _, ...problem} = JSON.parse(text);
	return problem;
}

const wait: fc.Arbitrary<Wait> = fc.oneof(
	{weight: 6, arbitrary: fc.constant({ms: 0})},
	{weight: 2, arbitrary: fc.record({ms: fc.constantFrom(1, 2, 300, 500, 1000, 4000, 60_000)})},
	{
		weight: 4,
		arbitrary: fc.record({moment: fc.nat({max: 3}), off: fc.constantFrom(-1, 0, 0, 1)}),
	},
);

const client = fc.oneof(
	{weight: 4, arbitrary: fc.constant(0)},
	{weight: 1, arbitrary: fc.nat({max: clients.length - 1})},
);

const request: fc.Arbitrary<Step> = fc.record({
	do: fc.constant('request' as const),
	wait,
	method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'HEAD'),
	route: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 4, 5),
	client,
	accept: fc.constantFrom('text/plain' as const, 'application/problem+json' as const),
});

const operation: fc.Arbitrary<Step> = fc.record({
	do: fc.constantFrom('ban' as const, 'unban' as const, 'reset' as const),
	wait,
	client,
});

const anyVisit: fc.Arbitrary<Visit> = fc.record({
	app: anyApp,
	steps: fc.array(fc.oneof({weight: 20, arbitrary: request}, {weight: 1, arbitrary: operation}), {
		minLength: 1,
		maxLength: 50,
		size: 'max',
	}),
});
