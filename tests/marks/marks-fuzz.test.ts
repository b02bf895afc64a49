import {setImmediate} from 'node:timers/promises';
import {inspect, isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import Koa from 'koa';
import {
	type Gatekeeper,
	type GatekeeperOptions,
	gatekeeper,
	MemoryStore,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {
	type AnyRequest,
	type AnyStack,
	anyRequest,
	anyStack,
	clearStack,
	methods,
} from '../support/generators/any-stack.ts';
import {
	type BuiltStack,
	builtStack,
	isOnlyRouteMarked,
	MOUNTED_AT,
} from '../support/generators/built-stack.ts';
import {openTestServer, type TestResponse, type TestServer} from '../support/test-server.ts';
import type {Trace} from '../support/traces.ts';

interface AnyGate {
	/** Of its rules, all with one window, in which everything happens. */
	readonly counts: readonly number[];
	readonly excludedMethods: readonly string[];
	/** Whether the store answers later, as one over a network does. */
	readonly isRemote: boolean;
}

interface Crowd {
	readonly stack: AnyStack;
	readonly gates: readonly AnyGate[];
	/** Whether the first client is banned from the start. */
	readonly isBanned: boolean;
	/** The requests of one batch are sent at once. */
	readonly batches: ReadonlyArray<readonly AnyRequest[]>;
}

interface Visit {
	readonly stack: AnyStack;
	/** Sent one after the other. */
	readonly requests: readonly AnyRequest[];
}

interface Visited {
	readonly request: AnyRequest;
	readonly answer: TestResponse;
	readonly trace: Trace;
}

const MOST_UNPROVEN = 16;
const MANY = 1_000_000;
const clients = ['203.0.113.1', '203.0.113.2'];

// A wrong foresight warns, once for each app.
process.removeAllListeners('warning');

let server: TestServer;
test.before(async () => {
	server = await openTestServer();
});
test.after.always(() => server.close());

test.serial(
	'no handler that no mark covers is reached beyond the quota and the one extra',
	async t => {
		await t.notThrowsAsync(() => check(anyCrowd, keepsQuota, 4000));
	},
);

test.serial('a gate that refuses nobody changes nothing, and makes nothing fail', async t => {
	await t.notThrowsAsync(() => check(anyVisit, changesNothing, 500));
});

test.serial(
	'where a bypassed route alone matches, all come in, the banned too, and none is counted',
	async t => {
		await t.notThrowsAsync(() => check(anyClearVisit, letsIn, 500));
	},
);

function check<T>(
	arbitrary: fc.Arbitrary<T>,
	property: (given: T) => Promise<void>,
	numRuns: number,
): Promise<void> {
	return fc.assert(fc.asyncProperty(arbitrary, property), {numRuns, includeErrorInReport: true});
}

/** @throws {Error} where a client has reached too much, or something has failed that had not thrown */
async function keepsQuota({stack, gates, isBanned, batches}: Crowd): Promise<void> {
	const built = builtStack(stack, 9, told => gates.map(gate => newGate(gate, told)));
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
			const most = mostAllowed(gate, isBanned && client === 0);
			const uncovered = visited.filter(
				({request, trace}) =>
					request.client === client && trace.uncovered > 0 && most.of.includes(request.method),
			);
			if (uncovered.length > most.count) {
				throw new Error(
					`Client ${client} reached ${uncovered.length}, at most ${most.count}: ${inspect(uncovered, {depth: 4})}`,
				);
			}
		}
	}

	const failed = visited.find(({answer, trace}) => answer.status === 500 && !trace.hasThrown);
	if (failed) {
		throw new Error(`The gate has failed: ${inspect(failed)}`);
	}
}

/** How many requests of which methods may reach what no mark covers. */
function mostAllowed({counts, excludedMethods}: AnyGate, isBanned: boolean) {
	const count = Math.min(...counts);
	const extra = Math.min(count, MOST_UNPROVEN);

	return isBanned
		? {count: extra, of: methods}
		: {count: count + extra, of: methods.filter(method => !excludedMethods.includes(method))};
}

/** @throws {Error} where the answers, or the handlers that were reached, are not those without a gate */
async function changesNothing({stack, requests}: Visit): Promise<void> {
	const generous = {counts: [MANY], excludedMethods: [], isRemote: false};
	const withGate = builtStack(stack, MANY, told => [newGate(generous, told)]);
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
		const {answer, trace} = await visit(built, stack, request);
		const reached = trace.reached.map(({method, path}) => ({method, path}));
		happened.push({request, reached, status: answer.status, text: answer.text});
	}

	return happened;
}

/** @throws {Error} where one was not let in, or was counted */
async function letsIn({stack, requests}: Visit): Promise<void> {
	const options = [1, 2].map(count => ({
		ipHeader: 'X-Forwarded-For',
		rateLimitRule: {count, window: 60, name: 'shared'},
		store: new MemoryStore({clock: () => 0}),
	}));
	const built = builtStack(stack, 1, told => options.map(own => gatekeeper({...own, ...told})));
	const allGates = (verb: 'ban' | 'unban') =>
		Promise.all(built.gates.flatMap(gate => clients.map(client => gate[verb](client))));

	await allGates('ban');
	server.serve(built.app);
	for (const request of requests.filter(one => isOnlyRouteMarked(built, one))) {
		const {answer, trace} = await visit(built, stack, request);
		if (trace.reached.length === 0 || answer.headers.ratelimit !== undefined) {
			throw new Error(`Not let in: ${inspect({request, answer})}`);
		}
	}

	await allGates('unban');
	for (const [index, own] of options.entries()) {
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
	const answer = await server.send({
		method,
		path: gate === 'mounted' ? `${MOUNTED_AT}${path}` : path,
		headers: {Host: host, 'X-Forwarded-For': clients[client] ?? '', 'X-Trace': name},
	});

	return {request, answer, trace: built.trace(name)};
}

function newGate(any: AnyGate, told: Pick<GatekeeperOptions, 'routers'>): Gatekeeper {
	const {counts, excludedMethods, isRemote} = any;
	const memory = new MemoryStore({clock: () => 0});
	const remote = forwardTo(memory, {
		admit: async (...question) => {
			await setImmediate();
			return memory.admit(...question);
		},
	});

	return gatekeeper({
		...told,
		excludedMethods,
		ipHeader: 'X-Forwarded-For',
		store: isRemote ? remote : memory,
		storeTimeout: 60,
		...(counts.length > 0 && {rateLimitRule: counts.map(count => [count, 60] as const)}),
	});
}

const anyGate: fc.Arbitrary<AnyGate> = fc.record({
	counts: fc.oneof(
		{weight: 1, arbitrary: fc.constant([])},
		{weight: 9, arbitrary: fc.array(fc.constantFrom(1, 1, 2, 3), {minLength: 1, maxLength: 2})},
	),
	isRemote: fc.boolean(),
	excludedMethods: fc.oneof(fc.constant([]), fc.subarray(methods)),
});

const anyCrowd: fc.Arbitrary<Crowd> = fc.record({
	stack: anyStack,
	gates: fc.array(anyGate, {minLength: 1, maxLength: 2}),
	isBanned: fc.constantFrom(false, false, false, true),
	batches: fc.array(anyRequest, {minLength: 1, maxLength: 2}).chain(some =>
		fc.array(fc.array(fc.constantFrom(...some), {minLength: 1, maxLength: 10, size: 'max'}), {
			minLength: 1,
			maxLength: 4,
			size: 'max',
		}),
	),
});

const requests = fc.array(anyRequest, {minLength: 1, maxLength: 15, size: 'max'});
const anyVisit: fc.Arbitrary<Visit> = fc.record({stack: anyStack, requests});
const anyClearVisit: fc.Arbitrary<Visit> = fc.record({stack: clearStack, requests});
