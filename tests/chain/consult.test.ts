import {inspect} from 'node:util';
import test from 'ava';
import {bypass, type GatekeeperOptions, MemoryStore, type Store} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {warnings} from '../support/warnings.ts';

const failures: ReadonlyArray<[string, () => never | Promise<never>]> = [
	[
		'throws',
		() => {
			throw new Error('store down');
		},
	],
	['rejects', () => Promise.reject(new Error('store down'))],
	['does not reply', () => new Promise<never>(() => {})],
];

function failing(fail: () => never | Promise<never>): Store {
	return forwardTo(manualClockStore().store, {admit: fail, report: fail});
}

function gatedOn(store: Store, onStoreError?: GatekeeperOptions['onStoreError']) {
	const options = {rateLimitRule: [1, 60], banRule: [2, 60, 600], storeTimeout: '5ms'} as const;

	return gatedApp({...options, store, ...(onStoreError && {onStoreError})}, router => {
		router.get('/report', report);
	});
}

for (const [what, fail] of failures) {
	test(`while the store ${what}, by default the same rules hold in this process`, async t => {
		const {http, gate} = gatedOn(failing(fail));

		t.is((await http.get('/ping')).status, 200);
		const refused = await http.get('/ping');
		t.is(refused.status, 429);
		t.is(refused.headers['retry-after'], '60');
		await t.throwsAsync(gate.report('127.0.0.1'), {message: /store down|did not reply/});
	});

	test(`while the store ${what}, by default reports are counted in this process`, async t => {
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

	test(`while the store ${what}, onStoreError: 'open' admits every request, without fields`, async t => {
		const {http} = gatedOn(failing(fail), 'open');

		for (let round = 0; round < 3; round += 1) {
			const {status, headers} = await http.get('/report');
			t.is(status, 200);
			t.false('ratelimit' in headers);
		}

		t.deepEqual((await http.get('/report')).body, {reports: 0, banned: false});
	});

	test(`while the store ${what}, onStoreError: 'closed' refuses every request with 503`, async t => {
		const {http} = gatedOn(failing(fail), 'closed');

		const {status, headers, text} = await http.get('/ping').set('Accept', 'application/json');
		t.is(status, 503);
		t.is(headers['retry-after'], '1');
		t.is(headers['cache-control'], 'private, no-store');
		t.false('ratelimit' in headers);
		t.deepEqual(JSON.parse(text), {
			type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
			title: 'Capacity is reduced for a while',
			status: 503,
			detail: 'temporarily unavailable',
		});
	});
}

test('an asynchronous store decides as a synchronous one does', async t => {
	const store: Store = new MemoryStore({clock: () => 0});
	const {http} = gatedOn(
		forwardTo(store, {
			admit: async (...question) => store.admit(...question),
			report: async (...report) => store.report(...report),
		}),
	);

	t.is((await http.get('/report')).headers.ratelimit, '"global";r=0;t=60');
	t.is((await http.get('/report')).status, 429);
});

test.serial('a failing store causes one warning, and its late rejection is handled', async t => {
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
});

test('a store whose property `shared` throws fails at start-up, not during a request', t => {
	const store = forwardTo(new MemoryStore(), {});
	Object.defineProperty(store, 'shared', {
		get: () => {
			throw new Error('unknown');
		},
	});

	t.throws(() => gatedApp({store}), {message: 'unknown'});
});

test('a store whose clock throws too is handled like any failing store', async t => {
	const fail = () => {
		throw new Error('no clock');
	};
	const {http} = gatedOn(forwardTo(new MemoryStore(), {clock: fail, admit: fail}));

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('the policy holds whatever value a store throws, and an exempt request gives back its place', async t => {
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
		const memory: Store = new MemoryStore({clock: () => 0});
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

test('a MemoryStore whose methods are replaced, copied or hidden is guarded like any other store', async t => {
	const fail = () => {
		throw new Error('store down');
	};
	const hidden = new MemoryStore({clock: () => 0});
	Object.defineProperty(hidden, 'admit', {value: fail, enumerable: false});
	const copy = Object.assign(Object.create(MemoryStore.prototype), new MemoryStore());
	const replaced = new MemoryStore({clock: () => 0});

	const empty = Object.create(MemoryStore.prototype, {shared: {value: false}});
	for (const store of [hidden, copy, empty, replaced]) {
		const {http} = gatedOn(store);
		if (store === replaced) {
			replaced.admit = fail;
		}

		t.is((await http.get('/ping')).status, 200);
		t.is((await http.get('/ping')).status, 429);
	}
});
