import test from 'ava';
import {gatekeeper, specific} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';
import {manualClockStore} from '../support/manual-clock.ts';

const alice = '203.0.113.7';

onEveryStore(
	'inspect() shows the ban, the reports and the quota of a client under every rule',
	async (t, {store, pass}) => {
		const {gate, from} = gatedApp(
			{
				rateLimitRule: [
					{count: 5, window: 60, name: 'minute'},
					{count: 9, window: '1h', name: 'hour'},
				],
				banRule: [3, 60, [600, 3600]],
				ipHeader: 'X-Forwarded-For',
				store,
			},
			router => {
				router.get('/login', specific({count: 1, window: 10, name: 'login'}), report);
			},
		);
		const limits = [
			{name: 'minute', count: 5, window: 60, remaining: 5},
			{name: 'hour', count: 9, window: 3600, remaining: 9},
		];

		t.deepEqual(await gate.inspect(alice), {client: alice, reports: 0, strike: 0, limits});
		await from(alice).get('/login');
		const login = {name: 'login', count: 1, window: 10, remaining: 0, retryAfter: 10};
		const one = limits.map(limit => ({...limit, remaining: limit.remaining - 1}));
		const standing = {client: alice, reports: 1, strike: 0, limits: [...one, login]};
		t.deepEqual(await gate.inspect(alice), standing);
		t.deepEqual(await gate.inspect(alice), standing, 'it counts nothing');

		await gate.report(alice, {weight: 2, reason: 'guesses'});
		t.like(await gate.inspect(alice), {
			ban: {client: alice, by: 'reports', reason: 'guesses', retryAfter: 600, strike: 1},
			reports: 0,
			strike: 1,
		});
		await pass(600_000);
		t.deepEqual(await gate.inspect(alice), {
			client: alice,
			reports: 0,
			strike: 1,
			limits: [
				...limits.slice(0, 1),
				{name: 'hour', count: 9, window: 3600, remaining: 8},
				{name: 'login', count: 1, window: 10, remaining: 1},
			],
		});
	},
);

onEveryStore('the ban of a range shows for every client in it', async (t, {store}) => {
	const {gate} = gatedApp({store});
	await gate.ban('203.0.113.0/24', {reason: 'scanners'});

	const ban = {client: '203.0.113.0/24', by: 'hand', reason: 'scanners', retryAfter: Infinity};
	t.deepEqual((await gate.inspect(alice)).ban, ban as never);
	t.is((await gate.inspect('198.51.100.1')).ban, undefined);
});

onEveryStore(
	'inspect({specificKey}) shows what a specific counts by its key',
	async (t, {store}) => {
		const login = specific({count: 2, window: 60, name: 'account'}, {key: () => 'ann'});
		const {gate, http} = gatedApp({rateLimitRule: [9, 60], store}, router => {
			router.get('/login', login, ok);
		});
		await http.get('/login');

		t.like(await gate.inspect({specificKey: 'ann'}), {
			limits: [{name: 'account', count: 2, window: 60, remaining: 1}],
		});
		t.deepEqual(
			(await gate.inspect('127.0.0.1')).limits.map(({name}) => name),
			['global'],
		);
	},
);

onEveryStore('of the rules that a function returns, the last 100 are shown', async (t, {store}) => {
	const {gate, http} = gatedApp({
		rateLimitRule: ctx => ({count: 9, window: 60, name: String(ctx.query.plan)}),
		store,
	});
	for (let plan = 0; plan < 120; plan += 1) {
		await http.get(`/ping?plan=${plan}`);
	}

	await http.get('/ping?plan=20');
	const {limits} = await gate.inspect('127.0.0.1');
	t.deepEqual(
		limits.map(({name}) => Number(name)).sort((one, other) => one - other),
		Array.from({length: 100}, (_, index) => index + 20),
	);
	t.is(limits.at(-1)?.remaining, 7);
});

test('a rule that a specific shares with the gate is shown once', async t => {
	const shared = {count: 5, window: 60, name: 'shared'};
	const {gate, http} = gatedApp({rateLimitRule: shared}, router => {
		router.get('/login', specific(shared), ok);
	});
	await http.get('/login');

	t.deepEqual((await gate.inspect('127.0.0.1')).limits, [{...shared, remaining: 3}]);
});

test('inspect() rejects for what names no client, and if the store fails', async t => {
	const {store} = manualClockStore();
	const down = forwardTo(store, {inspect: () => Promise.reject(new Error('down'))});

	await t.throwsAsync(gatekeeper().inspect('nobody'), {instanceOf: TypeError});
	await t.throwsAsync(gatekeeper().inspect({specificKey: ''}), {instanceOf: TypeError});
	await t.throwsAsync(gatekeeper({store: down}).inspect(alice), {message: 'down'});
});

test('with keySecret, inspect() shows a key as its hash only', async t => {
	const {gate} = gatedApp({keySecret: 'secret'});
	const {client} = await gate.inspect({key: 'ann'});

	t.regex(client, /^hash:/);
	t.like(await gate.inspect(client), {client});
});
