import test from 'ava';
import {bypass, gatekeeper, specific} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {commandsOnly} from '../support/guarded-store.ts';
import {ok, report} from '../support/handlers.ts';

const alice = '203.0.113.7';

onEveryStore('stats() counts each request once, by what became of it', async (t, {store}) => {
	const {gate, from} = gatedApp(
		{
			rateLimitRule: [4, 60],
			banRule: [2, 60, 600],
			deny: ['198.51.100.1'],
			allow: ['198.51.100.2'],
			excludedMethods: ['OPTIONS'],
			ipHeader: 'X-Forwarded-For',
			store,
		},
		router => {
			router.get('/open', bypass(), ok);
			router.get('/own', specific([1, 60], {standalone: true}), ok);
			router.get('/login', specific([1, 60]), report);
		},
	);

	for (const path of ['/login', '/login', '/ping', '/ping', '/ping', '/open', '/own', '/own']) {
		await from(alice).get(path);
	}

	await from('198.51.100.1').get('/ping');
	await from('198.51.100.2').get('/ping');
	await from(alice).options('/ping');
	await gate.report(alice);
	await gate.ban('198.51.100.0/24');
	await from(alice).get('/ping');

	const {store: asked, ...counted} = gate.stats();
	t.deepEqual(counted, {
		admitted: 7,
		limited: 3,
		banned: 1,
		denied: 1,
		unavailable: 0,
		unidentified: 0,
		failed: 0,
		exempt: {bypass: 1, standalone: 2, method: 1, allowed: 1},
		reports: 2,
		bans: 2,
	});
	t.is(asked.failures, 0);
	t.true(store.shared ? asked.questions > 5 : asked.questions === 0);
	t.is(asked.milliseconds > 0, store.shared);
});

test('a store that fails shows in stats(), and under closed as unavailable', async t => {
	const down = {
		...commandsOnly,
		admit: async () => {
			throw new Error('down');
		},
	};
	const {gate, http} = gatedApp({rateLimitRule: [9, 60], store: down, onStoreError: 'closed'});

	t.is((await http.get('/ping')).status, 503);
	t.is((await http.get('/ping')).status, 503);
	t.like(gate.stats(), {admitted: 0, unavailable: 2, store: {questions: 2, failures: 2}});
});

test('a request whose client is unknown counts as unidentified, and one for which an option throws as failed', async t => {
	const {app, gate} = gatedApp({
		key: ctx => {
			if (ctx.path === '/throws') {
				throw new Error('mine');
			}

			return undefined;
		},
	});
	const [middleware] = app.middleware;
	const context = (url: string, socket: object) =>
		app.createContext(
			{url, socket, headers: {}} as never,
			{
				getHeaderNames: () => [],
				setHeader() {},
				removeHeader() {},
				hasHeader: () => false,
			} as never,
		);

	await middleware?.(context('/', {destroyed: true, pending: false}), async () => {});
	t.like(gate.stats(), {admitted: 0, unidentified: 1});
	await t.throwsAsync(
		async () => middleware?.(context('/throws', {remoteAddress: alice}), async () => {}),
		{message: 'mine'},
	);
	t.like(gate.stats(), {admitted: 0, unidentified: 1, failed: 1});
});

test('a handler that throws leaves its request admitted', async t => {
	const {gate, http} = gatedApp({}, router => {
		router.get('/throws', () => {
			throw new Error('mine');
		});
	});

	t.is((await http.get('/throws')).status, 500);
	t.is(gate.stats().admitted, 1);
});

test('a dry run counts what it would have refused, and the gate in force what it admits', async t => {
	const dry = gatekeeper({rateLimitRule: [1, 60], dryRun: true});
	const {gate, http} = gatedApp({}, (_router, app) => {
		app.use(dry);
	});
	await http.get('/ping');
	await http.get('/ping');

	t.like(dry.stats(), {admitted: 1, limited: 1});
	t.like(gate.stats(), {admitted: 2, limited: 0});
});
test('what stats() returned does not change', async t => {
	const {gate, http} = gatedApp();
	const before = gate.stats();
	await http.get('/ping');
	await gate.ban(alice);

	t.like(before, {admitted: 0, bans: 0});
	t.like(gate.stats(), {admitted: 1, bans: 1});
});
