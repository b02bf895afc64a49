import {inspect} from 'node:util';
import test from 'ava';
import {
	bypass,
	type GatekeeperOptions,
	MemoryStore,
	type ReportOutcome,
	type Store,
	type Verdict,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

const rule = {name: 'r', count: 1, window: 1, id: 'r'};
const nonsense: readonly unknown[] = [
	...[undefined, null, 5, 'admitted', {}, {kind: 'other'}, {kind: 'admitted'}],
	...[
		{kind: 'limited', quotas: []},
		{kind: 'banned', by: 'hand'},
		{kind: 'banned', endsInMs: 0},
	],
	...[
		{kind: 'admitted', quotas: [null]},
		{kind: 'admitted', quotas: [{}]},
	],
	{kind: 'admitted', quotas: [{rule, remaining: Number.NaN, freesInMs: 1}]},
	{kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: Infinity}]},
	{kind: 'admitted', quotas: [{rule: {}, remaining: 1, freesInMs: 1}]},
	{kind: 'limited', quotas: [{rule, remaining: 0, freesInMs: Number.NaN}]},
	{kind: 'limited', quotas: [{remaining: 0, freesInMs: 1}]},
];

const failures: ReadonlyArray<[string, () => never | Promise<never>]> = [
	[
		'throws',
		() => {
			throw new Error('store down');
		},
	],
	['rejects', () => Promise.reject(new Error('store down'))],
	['does not answer', () => new Promise<never>(() => {})],
];

function failing(fail: () => never | Promise<never>): Store {
	return forwardTo(new MemoryStore(), {admit: fail, report: fail});
}

function gatedOn(store: Store, onStoreError?: GatekeeperOptions['onStoreError']) {
	const options = {rateLimitRule: [1, 60], banRule: [2, 60, 600], storeTimeout: '5ms'} as const;

	return gatedApp({...options, store, ...(onStoreError && {onStoreError})}, router => {
		router.get('/report', async ctx => {
			ctx.body = await ctx.report();
		});
	});
}

for (const [what, fail] of failures) {
	test(`a store that ${what}: by default the same rules hold in this process`, async t => {
		const {http, gate} = gatedOn(failing(fail));

		t.is((await http.get('/ping')).status, 200);
		const refused = await http.get('/ping');
		t.is(refused.status, 429);
		t.is(refused.headers['retry-after'], '60');
		await t.throwsAsync(gate.report('127.0.0.1'), {message: /store down|did not reply/});
	});

	test(`a store that ${what}: reports are counted in this process too`, async t => {
		const {from} = gatedApp(
			{banRule: [2, 60, 600], storeTimeout: '5ms', store: failing(fail), ipHeader: 'X-Real-IP'},
			router => {
				router.get('/throws', ctx => {
					ctx.report({client: '203.0.113.7'});
					throw new Error('broken');
				});
			},
		);
		const http = from('').set('X-Real-IP', '203.0.113.7');

		t.is((await http.get('/throws')).status, 500);
		t.is((await http.get('/throws')).status, 500);
		t.is((await http.get('/ping')).status, 403);
	});

	test(`a store that ${what}, onStoreError: 'open': all are admitted, without fields`, async t => {
		const {http} = gatedOn(failing(fail), 'open');

		for (let round = 0; round < 3; round += 1) {
			const {status, headers} = await http.get('/report');
			t.is(status, 200);
			t.false('ratelimit' in headers);
		}

		t.deepEqual((await http.get('/report')).body, {reports: 0, banned: false});
	});

	test(`a store that ${what}, onStoreError: 'closed': all are refused with 503`, async t => {
		const {http} = gatedOn(failing(fail), 'closed');

		const {status, headers, text} = await http.get('/ping').set('Accept', 'application/json');
		t.is(status, 503);
		t.is(headers['retry-after'], '1');
		t.is(headers['cache-control'], 'no-store');
		t.false('ratelimit' in headers);
		t.deepEqual(JSON.parse(text), {
			type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
			title: 'Capacity is reduced for a while',
			status: 503,
			detail: 'temporarily unavailable',
		});
	});
}

test('an asynchronous store decides like a synchronous one', async t => {
	const store = new MemoryStore({clock: () => 0});
	const {http} = gatedOn(
		forwardTo(store, {
			admit: async (...question) => store.admit(...question),
			report: async (...report) => store.report(...report),
		}),
	);

	t.is((await http.get('/report')).headers.ratelimit, '"global";r=0;t=60');
	t.is((await http.get('/report')).status, 429);
});

test.serial(
	'a failing store warns once, and a late answer or failure is no unhandled rejection',
	async t => {
		const seen = warnings(t);
		let failLate = (_error: Error) => {};
		const late = new Promise<never>((_resolve, reject) => {
			failLate = reject;
		});
		const {http} = gatedOn(forwardTo(new MemoryStore(), {admit: () => late}));

		t.is((await http.get('/ping')).status, 200);
		t.is((await http.get('/ping')).status, 429);
		failLate(new Error('too late'));
		t.deepEqual(await seen.codes(), ['GATEKEEPER_STORE_FAILED']);
		t.regex((await seen.messages())[0] ?? '', /did not reply within 5 ms.*onStoreError: 'memory'/);
	},
);

test('a store that answers nonsense has failed', async t => {
	for (const answer of nonsense) {
		for (const given of [answer, Promise.resolve(answer)]) {
			const {http} = gatedOn(
				forwardTo(new MemoryStore(), {
					admit: () => given as Verdict,
					report: () => given as ReportOutcome,
				}),
			);
			t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false}, inspect(answer));
			t.is((await http.get('/ping')).status, 429);
		}
	}
});

/** Reads as it should once, and then no more. */
function readOnce<T extends object>(answer: T): T {
	const reads = new Set<PropertyKey>();

	return new Proxy(answer, {
		get(target, name, receiver) {
			if (reads.has(name) && name !== 'then') {
				throw new Error(`${String(name)} was read twice`);
			}

			reads.add(name);
			const value: unknown = Reflect.get(target, name, receiver);
			return isRecord(value) ? readOnce(value) : value;
		},
	});
}

function isRecord(value: unknown): value is object {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const asked = {name: 'global', count: 1, window: 60_000, id: '1/60000/global'};
const quota = {rule: asked, remaining: 0, freesInMs: 60_000};

test('what a store answers is read once, and never makes an error', async t => {
	const unprintable = {...quota, rule: {...asked, name: 'a\r\nSet-Cookie: b=c', count: 'many'}};
	const cases = (): Array<[Verdict, number]> => [
		[{kind: 'admitted', quotas: [unprintable as never]}, 200],
		[{kind: 'limited', quotas: [unprintable as never]}, 429],
		[{kind: 'admitted', quotas: [readOnce(quota)]}, 200],
		[{kind: 'limited', quotas: [readOnce(quota)]}, 429],
		[{kind: 'banned', by: 'nobody' as 'hand', reason: 5 as never, endsInMs: 1000}, 403],
	];

	for (const headers of ['both', false] as const) {
		for (const isLate of [false, true]) {
			for (const [answer, status] of cases()) {
				const given = readOnce(answer);
				const store = forwardTo(new MemoryStore(), {
					admit: () => (isLate ? Promise.resolve(given) : given),
				});
				const {http} = gatedApp({rateLimitRule: [1, 60], store, headers});
				const got = await http.get('/ping').set('Accept', 'application/json');

				t.is(got.status, status, inspect(answer));
				t.is(got.headers['set-cookie'], undefined);
				if (headers && answer.kind !== 'banned') {
					t.is(got.headers.ratelimit, '"global";r=0;t=60');
					t.is(got.headers['ratelimit-policy'], '"global";q=1;w=60');
				}
			}
		}
	}
});

test('a MemoryStore that somebody has wrapped is read like any other store', async t => {
	for (const answer of [undefined, {kind: 'other'}, Promise.reject(new Error('down'))]) {
		const store = new MemoryStore();
		store.admit = () => answer as Verdict;
		const {http} = gatedOn(store);

		t.deepEqual([(await http.get('/ping')).status, (await http.get('/ping')).status], [200, 429]);
	}
});

test('an answer that promises itself, or another promise, has failed', async t => {
	const itself = {
		// biome-ignore lint/suspicious/noThenProperty: this is what a broken store may return
		then(resolve: (value: unknown) => void) {
			resolve(itself);
		},
	};
	const store = forwardTo(new MemoryStore(), {admit: () => itself as unknown as Verdict});
	const {http} = gatedOn(store);

	t.deepEqual([(await http.get('/ping')).status, (await http.get('/ping')).status], [200, 429]);
});

test('an outcome of a report is read once too', async t => {
	const outcome = {reports: 2, banEndsInMs: 9000};
	for (const given of [readOnce(outcome), Promise.resolve(readOnce(outcome))]) {
		const {http} = gatedOn(forwardTo(new MemoryStore(), {report: () => given}));

		t.deepEqual((await http.get('/report')).body, {reports: 2, banned: true, retryAfter: 9});
	}
});

test('a store that does not know whether it is shared fails at start-up, not in a request', t => {
	const store = forwardTo(new MemoryStore(), {});
	Object.defineProperty(store, 'shared', {
		get: () => {
			throw new Error('unknown');
		},
	});

	t.throws(() => gatedApp({store}), {message: 'unknown'});
});

test('a store whose clock fails, too, has failed like any other', async t => {
	const fail = () => {
		throw new Error('no clock');
	};
	const {http} = gatedOn(forwardTo(new MemoryStore(), {clock: fail, admit: fail}));

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('a thenable is an answer as good as a promise', async t => {
	const store = new MemoryStore();
	const {http} = gatedOn(
		forwardTo(store, {
			admit: (...question) =>
				({
					// biome-ignore lint/suspicious/noThenProperty: that is what it is about
					then(resolve: (verdict: Verdict) => void) {
						resolve(store.admit(...question));
					},
				}) as Promise<Verdict>,
		}),
	);

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
	t.is(store.admit('127.0.0.1', [], {}).kind, 'admitted');
});

test('whatever a failing store throws, the policy answers, and no place of an exempt request is lost', async t => {
	const thrown = [
		Object.create(null),
		Symbol('s'),
		{
			[inspect.custom]: () => {
				throw new Error('cannot be shown');
			},
		},
		undefined,
	];
	for (const error of thrown) {
		let isFailing = true;
		const memory = new MemoryStore({clock: () => 0});
		const store = forwardTo(memory, {
			admit: (...question) => {
				if (isFailing) {
					throw error;
				}

				return memory.admit(...question);
			},
		});
		const {http} = gatedApp(
			{rateLimitRule: [1, 60], onStoreError: 'open', store},
			(router, app) => {
				app.use((ctx, next) => (ctx.get('X-Stop') ? ok(ctx) : next()));
				router.get('/open', bypass(), ok);
			},
		);

		t.is((await http.get('/open').set('X-Stop', '1')).status, 200);
		isFailing = false;
		t.is((await http.get('/spend')).status, 404);
		t.is((await http.get('/open')).status, 200);
	}
});
