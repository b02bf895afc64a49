import {inspect, isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import Koa from 'koa';
import {gatekeeper, MemoryStore} from '../../source/index.ts';
import {
	type AnyGate,
	anyClearVisit,
	anyCrowd,
	anyVisit,
	type Crowd,
	type Visit,
} from '../support/generators/any-crowd.ts';
import {type AnyRequest, type AnyStack, methods} from '../support/generators/any-stack.ts';
import {newGate} from '../support/generators/built-gate.ts';
import {
	type BuiltStack,
	builtStack,
	isOnlyRouteMarked,
	MOUNTED_AT,
} from '../support/generators/built-stack.ts';
import {runs} from '../support/runs.ts';
import {openTestServer, type TestResponse, type TestServer} from '../support/test-server.ts';
import type {Trace} from '../support/traces.ts';

interface Visited {
	readonly request: AnyRequest;
	readonly response: TestResponse;
	readonly trace: Trace;
}

const MAX_UNPROVEN = 16;
const MANY = 1_000_000;
const clients = ['203.0.113.1', '203.0.113.2'];

let server: TestServer;
test.before(async () => {
	server = await openTestServer();
});
test.after.always(() => server.close());

test.serial(
	'beyond its quota, a client reaches handlers that no mark covers with as many requests again, at most 16',
	async t => {
		await t.notThrowsAsync(() => check(anyCrowd, keepsQuota, 500));
	},
);

test.serial(
	'a gate that refuses no request changes no response, and the same handlers run',
	async t => {
		await t.notThrowsAsync(() => check(anyVisit, changesNothing, 100));
	},
);

test.serial(
	'a request that matches only a bypassed route is admitted, even during a ban, and never counted',
	async t => {
		await t.notThrowsAsync(() => check(anyClearVisit, letsIn, 100));
	},
);

function check<T>(
	arbitrary: fc.Arbitrary<T>,
	property: (given: T) => Promise<void>,
	quick: number,
): Promise<void> {
	return fc.assert(fc.asyncProperty(arbitrary, property), {
		numRuns: runs(quick),
		includeErrorInReport: true,
	});
}

/** @throws {Error} if a client reached too much, or a request failed although nothing in the app threw */
async function keepsQuota({stack, gates, isBanned, batches}: Crowd): Promise<void> {
	const built = builtStack(stack, 9, options => gates.map(gate => newGate(gate, options)));
	const visited: Visited[] = [];

	if (isBanned) {
		await Promise.all(built.gates.map(gate => gate.ban(clients[0] ?? '')));
	}

	server.serve(built.app);
	for (const batch of batches) {
		visited.push(...(await Promise.all(batch.map(request => visit(built, stack, request)))));
	}

	for (const gate of gates) {
		for (const client of clients.keys()) {
			const {max, methods: counted} = allowance(gate, isBanned && client === 0);
			const uncovered = visited.filter(
				({request, trace}) =>
					request.client === client && trace.uncovered > 0 && counted.includes(request.method),
			);
			if (uncovered.length > max) {
				throw new Error(
					`Client ${client} reached ${uncovered.length}, at most ${max}: ${inspect(uncovered, {depth: 4})}`,
				);
			}
		}
	}

	const failed = visited.find(({response, trace}) => response.status === 500 && !trace.hasThrown);
	if (failed) {
		throw new Error(`The gate failed: ${inspect(failed)}`);
	}
}

/** How many requests, and of which methods, may reach a handler that no mark covers. */
function allowance({counts, excludedMethods}: AnyGate, isBanned: boolean) {
	const count = Math.min(...counts);
	const extra = Math.min(count, MAX_UNPROVEN);

	return isBanned
		? {max: extra, methods}
		: {max: count + extra, methods: methods.filter(method => !excludedMethods.includes(method))};
}

/** @throws {Error} if a response, or a handler that was reached, is not the same as without a gate */
async function changesNothing({stack, requests}: Visit): Promise<void> {
	const generous = {counts: [MANY], excludedMethods: [], isRemote: false};
	const withGate = builtStack(stack, MANY, options => [newGate(generous, options)]);
	const without = builtStack(stack, MANY, () => []);

	const got = await whatHappens(withGate, {stack, requests});
	const expected = await whatHappens(without, {stack, requests});
	if (!isDeepStrictEqual(got, expected)) {
		throw new Error(`expected ${inspect(expected)}\ngot ${inspect(got)}`);
	}
}

async function whatHappens(built: BuiltStack, {stack, requests}: Visit): Promise<unknown[]> {
	const happened: unknown[] = [];
	server.serve(built.app);
	for (const request of requests) {
		const {response, trace} = await visit(built, stack, request);
		const reached = trace.reached.map(({method, path}) => ({method, path}));
		happened.push({request, reached, status: response.status, text: response.text});
	}

	return happened;
}

/** @throws {Error} if a request was refused or counted */
async function letsIn({stack, requests}: Visit): Promise<void> {
	const gates = [1, 2].map(count => ({
		ipHeader: 'X-Forwarded-For',
		rateLimitRule: {count, window: 60, name: 'shared'},
		store: new MemoryStore({clock: () => 0}),
	}));
	const built = builtStack(stack, 1, options => gates.map(own => gatekeeper({...own, ...options})));
	const everywhere = (command: 'ban' | 'unban') =>
		Promise.all(built.gates.flatMap(gate => clients.map(client => gate[command](client))));

	await everywhere('ban');
	server.serve(built.app);
	for (const request of requests.filter(one => isOnlyRouteMarked(built, one))) {
		const {response, trace} = await visit(built, stack, request);
		if (trace.reached.length === 0 || response.headers.ratelimit !== undefined) {
			throw new Error(`Refused: ${inspect({request, response})}`);
		}
	}

	await everywhere('unban');
	for (const [index, own] of gates.entries()) {
		server.serve(new Koa().use(gatekeeper(own)));
		for (const client of clients) {
			const headers = {'X-Forwarded-For': client};
			const {headers: fields} = await server.send({method: 'GET', path: '/', headers});
			if (fields.ratelimit !== `"shared";r=${index};t=60`) {
				throw new Error(`Counted: ${inspect({client, fields})}`);
			}
		}
	}
}

let visits = 0;

async function visit(built: BuiltStack, {gate}: AnyStack, request: AnyRequest): Promise<Visited> {
	const {method, path, host, client} = request;
	visits += 1;
	const name = String(visits);
	const response = await server.send({
		method,
		path: gate === 'mounted' ? `${MOUNTED_AT}${path}` : path,
		headers: {Host: host, 'X-Forwarded-For': clients[client] ?? '', 'X-Trace': name},
	});

	return {request, response, trace: built.trace(name)};
}
