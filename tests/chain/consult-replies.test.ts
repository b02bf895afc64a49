import {inspect} from 'node:util';
import test from 'ava';
import {MemoryStore, type ReportOutcome, type Store, type Verdict} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {type GatedApp, gatedApp} from '../support/gated-app.ts';
import {report} from '../support/handlers.ts';

/** An app whose gate asks this store. */
function gatedOn(store: Store): GatedApp {
	return gatedApp({rateLimitRule: [1, 60], banRule: [2, 60, 600], store}, router => {
		router.get('/report', report);
	});
}

const rule = {name: 'r', count: 1, window: 1, id: 'r'};
const invalid: readonly unknown[] = [
	...[undefined, null, 5, 'admitted', {}, {kind: 'other'}, {kind: 'admitted'}],
	{kind: 'limited', quotas: []},
	{kind: 'banned', by: 'hand'},
	{kind: 'banned', endsInMs: 0},
	{kind: 'admitted', quotas: [null]},
	{kind: 'admitted', quotas: [{}]},
	{kind: 'admitted', quotas: [{rule, remaining: Number.NaN, freesInMs: 1}]},
	{kind: 'admitted', quotas: [{rule, remaining: 1, freesInMs: Infinity}]},
	{kind: 'admitted', quotas: [{rule: {}, remaining: 1, freesInMs: 1}]},
	{kind: 'limited', quotas: [{rule, remaining: 0, freesInMs: Number.NaN}]},
	{kind: 'limited', quotas: [{remaining: 0, freesInMs: 1}]},
];

test('a store that returns an invalid verdict or outcome has failed', async t => {
	for (const reply of invalid) {
		for (const given of [reply, Promise.resolve(reply)]) {
			const {http} = gatedOn(
				forwardTo(new MemoryStore(), {
					admit: () => given as Verdict,
					report: () => given as ReportOutcome,
				}),
			);
			t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false}, inspect(reply));
			t.is((await http.get('/ping')).status, 429);
		}
	}
});

/** Throws if a property is read a second time. */
function readOnce<T extends object>(value: T): T {
	const reads = new Set<PropertyKey>();

	return new Proxy(value, {
		get(target, name, receiver) {
			if (reads.has(name) && name !== 'then') {
				throw new Error(`${String(name)} was read twice`);
			}

			reads.add(name);
			const property: unknown = Reflect.get(target, name, receiver);
			return isRecord(property) ? readOnce(property) : property;
		},
	});
}

function isRecord(value: unknown): value is object {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const globalRule = {name: 'global', count: 1, window: 60_000, id: '1/60000/global'};
const quota = {rule: globalRule, remaining: 0, freesInMs: 60_000};

test('a verdict is read only once, and an unusual one causes no error', async t => {
	const unprintable = {
		...quota,
		rule: {...globalRule, name: 'a\r\nSet-Cookie: b=c', count: 'many'},
	};
	const cases = (): Array<[Verdict, number]> => [
		[{kind: 'admitted', quotas: [unprintable as never]}, 200],
		[{kind: 'limited', quotas: [unprintable as never]}, 429],
		[{kind: 'admitted', quotas: [readOnce(quota)]}, 200],
		[{kind: 'limited', quotas: [readOnce(quota)]}, 429],
		[{kind: 'banned', by: 'other' as 'hand', reason: 5 as never, endsInMs: 1000}, 403],
	];

	for (const headers of ['both', false] as const) {
		for (const isLate of [false, true]) {
			for (const [verdict, status] of cases()) {
				const given = readOnce(verdict);
				const store = forwardTo(new MemoryStore(), {
					admit: () => (isLate ? Promise.resolve(given) : given),
				});
				const {http} = gatedApp({rateLimitRule: [1, 60], store, headers});
				const got = await http.get('/ping').set('Accept', 'application/json');

				t.is(got.status, status, inspect(verdict));
				t.is(got.headers['set-cookie'], undefined);
				if (headers && verdict.kind !== 'banned') {
					t.is(got.headers.ratelimit, '"global";r=0;t=60');
					t.is(got.headers['ratelimit-policy'], '"global";q=1;w=60');
				}
			}
		}
	}
});

test('a MemoryStore with a replaced method is guarded like any other store', async t => {
	for (const reply of [undefined, {kind: 'other'}, Promise.reject(new Error('down'))]) {
		const store = new MemoryStore();
		store.admit = () => reply as Verdict;
		const {http} = gatedOn(store);

		t.deepEqual([(await http.get('/ping')).status, (await http.get('/ping')).status], [200, 429]);
	}
});

test('a store that returns a thenable which resolves to itself has failed', async t => {
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

test('the outcome of a report is read once', async t => {
	const outcome = {reports: 2, banEndsInMs: 9000, begunForMs: 9000};
	for (const given of [readOnce(outcome), Promise.resolve(readOnce(outcome))]) {
		const {http} = gatedOn(forwardTo(new MemoryStore(), {report: () => given}));

		t.deepEqual((await http.get('/report')).body, {reports: 2, banned: true, retryAfter: 9});
	}
});

test('a store may return any thenable', async t => {
	const store = new MemoryStore();
	const {http} = gatedOn(
		forwardTo(store, {
			admit: (client, rules, options) =>
				({
					// biome-ignore lint/suspicious/noThenProperty: the test is about it
					then(resolve: (verdict: Verdict) => void) {
						resolve(store.admit(client, rules, options));
					},
				}) as Promise<Verdict>,
		}),
	);

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
	t.is(store.admit('127.0.0.1', [], {}).kind, 'admitted');
});
