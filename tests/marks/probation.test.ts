import test from 'ava';
import {bypass, MemoryStore, type Verdict} from '../../source/index.ts';
import {Probation} from '../../source/marks/probation.ts';
import {TrustedStore} from '../../source/stores/guard/trusted-store.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';

const SECOND = 1000;

/** Authentication in front of the router, as most apps have it: it reports and throws. */
function guessing(attempts: {judged: number}, wait: () => Promise<void> = async () => {}) {
	return gatedApp({banRule: [3, '1m', '1h'], rateLimitRule: [20, '1s']}, (router, app) => {
		app.use(async (_ctx, next) => {
			await wait();
			return next();
		});
		app.use((ctx, next) => {
			if (ctx.get('X-Password')) {
				attempts.judged += 1;
				ctx.report();
				ctx.throw(401);
			}

			return next();
		});
		router.get('/health', bypass(), ok);
	});
}

test('a banned client does not go on guessing on a bypassed path, for the whole of its ban', async t => {
	const attempts = {judged: 0};
	const {http, pass} = guessing(attempts);
	const guess = async () => (await http.get('/health').set('X-Password', 'guess')).status;
	for (let count = 0; count < 3; count += 1) {
		t.is(await guess(), 401);
	}

	for (let second = 0; second < 100; second += 1) {
		pass(35 * SECOND);
		t.is(await guess(), 403);
		t.is((await http.get('/health')).status, 403);
	}

	t.is(attempts.judged, 3);
	pass(100 * SECOND);
	t.is((await http.get('/health')).status, 200, 'exempt again, after the ban');
	t.is(await guess(), 401);
});

test('of guesses in parallel a banned client has at most 16 judged, once', async t => {
	const attempts = {judged: 0};
	const {all, release} = latch();
	let waiting = 0;
	const {http, pass, gate} = guessing(attempts, async () => {
		waiting += 1;
		await all;
	});
	await gate.ban('127.0.0.1', {duration: '1h'});
	const guess = () => http.get('/health').set('X-Password', 'guess');

	const parallel = Array.from({length: 50}, async () => (await guess()).status);
	await until(() => waiting === 16);
	await Promise.race(parallel);
	release();
	const statuses = await Promise.all(parallel);
	t.is(attempts.judged, 16, 'the foresight of a bypass does not ask about the ban');
	t.is(statuses.filter(status => status === 403).length, 34);

	pass(5 * SECOND);
	await Promise.all(Array.from({length: 50}, guess));
	t.is(attempts.judged, 16);
});

test('a client whose ban has been lifted is exempt again after the longest window', async t => {
	const attempts = {judged: 0};
	const {http, pass, gate} = guessing(attempts);
	await gate.ban('127.0.0.1');
	await http.get('/health').set('X-Password', 'guess');
	t.is((await http.get('/health')).status, 403);

	await gate.unban('127.0.0.1');
	pass(SECOND - 1);
	t.is((await http.get('/health')).headers['ratelimit-policy'], '"global";q=20;w=1', 'counted');
	pass(1);
	t.is((await http.get('/health')).headers['ratelimit-policy'], undefined, 'exempt');
});

const rule = {name: 'global', count: 1, window: SECOND, id: '1/1000/global'};

/** A probation on a store whose time is passed by hand, and whether it trusts a client. */
function onProbation() {
	const clock = {now: 0};
	const store = new MemoryStore({clock: () => clock.now});
	const probation = new Probation({
		rules: [rule],
		banRule: undefined,
		store: new TrustedStore(store),
	});
	const isTrusted = (client: string) => {
		const may = probation.begin(client, false);
		if (may) {
			probation.end(client);
		}

		return may;
	};

	return {clock, store, probation, isTrusted};
}

test('no suspension is shortened by another', t => {
	const {clock, probation, isTrusted} = onProbation();
	probation.suspend('a', 3600 * SECOND);
	probation.suspend('a');
	clock.now = 3599 * SECOND;
	t.false(isTrusted('a'));
	clock.now = 3600 * SECOND;
	t.true(isTrusted('a'));
});

test('only those who were wrong lose their exemptions, however many they are', t => {
	const {clock, store, probation, isTrusted} = onProbation();
	const wrong = Array.from({length: 30_000}, (_, index) => `client ${index}`);
	for (const [index, client] of wrong.entries()) {
		if (index % 3 === 0) {
			store.ban(client, {duration: 3600 * SECOND});
			probation.suspend(client, 3600 * SECOND);
		} else {
			store.admit(client, [rule], {});
			probation.suspend(client);
		}
	}

	t.false(wrong.some(isTrusted), 'not even those that are not remembered');
	t.true(isTrusted('health check'));
	t.is(store.admit('health check', [rule], {}).kind, 'admitted', 'nothing was counted');
	t.false(isTrusted('health check'), 'nor those who are over their limits, meanwhile');

	clock.now += SECOND;
	t.deepEqual(
		['health check', 'client 1', 'client 3'].map(isTrusted),
		[true, true, false],
		'a ban holds on',
	);
	clock.now = 3601 * SECOND;
	store.admit('health check', [rule], {});
	t.true(isTrusted('health check'), 'nobody is asked any more');
	t.true(isTrusted('client 3'));
});

test('a store that fails is no reason to distrust, and an endless suspension is minded for a day', t => {
	const {clock, store, probation, isTrusted} = onProbation();
	const unavailable = {admit: () => ({kind: 'unavailable'}) as const, now: () => clock.now};
	const failing = new Probation({rules: [rule], banRule: undefined, store: unavailable});
	for (let index = 0; index < 10_001; index += 1) {
		probation.suspend(`${index}`, Infinity);
		failing.suspend(`${index}`, Infinity);
	}

	t.true(failing.begin('health check', false));
	store.ban('0', {duration: Infinity});
	t.false(isTrusted('0'), 'it is not remembered');
	clock.now += 24 * 3600 * SECOND;
	t.true(isTrusted('0'));
	t.false(isTrusted('1'));
});

test('a verdict that was asked for before the suspension does not lift the ban', async t => {
	const asked: Array<(verdict: Verdict) => void> = [];
	const store = forwardTo(new MemoryStore({clock: () => 0}), {
		admit: () =>
			new Promise(resolve => {
				asked.push(resolve);
			}),
	});
	const {http} = gatedApp({store, rateLimitRule: [1, '1s'], storeTimeout: '1m'}, (router, app) => {
		app.use((ctx, next) => {
			ctx.path = ctx.get('X-Path') || ctx.path;
			return next();
		});
		router.get('/open', bypass(), ok).get('/closed', ok);
	});
	const wrong = http.get('/open').set('X-Path', '/closed').then();
	await until(() => asked.length === 1);
	const parallel = http.get('/open').then();
	await until(() => asked.length === 2);

	asked[0]?.({kind: 'banned', by: 'hand', endsInMs: 3600 * SECOND});
	await wrong;
	asked[1]?.({kind: 'admitted', quotas: []});
	await parallel;
	const next = http.get('/open').then();
	await until(() => asked.length === 3);
	asked[2]?.({kind: 'banned', by: 'hand', endsInMs: 3600 * SECOND});
	t.is((await next).status, 403, 'suspended still');
});

test('two banned clients whose suspensions end early do not end each other’s', async t => {
	const {clock, store, probation, isTrusted} = onProbation();
	for (let index = 0; index < 10_001; index += 1) {
		probation.suspend(`later ${index}`, 7200 * SECOND);
	}

	for (let round = 0; round < 5; round += 1) {
		clock.now += SECOND;
		for (const client of ['a', 'b']) {
			store.ban(client, {duration: 3600 * SECOND});
			t.is(isTrusted(client), false);
			probation.suspend(client, 3600 * SECOND);
		}
	}
});

test('a client whose question is not answered yet takes its place among those in flight', async t => {
	const asked: Array<() => void> = [];
	const store = {
		now: () => 0,
		admit: () =>
			new Promise<Verdict>(resolve => {
				asked.push(() => resolve({kind: 'admitted', quotas: []}));
			}),
	};
	const slow = new Probation({rules: [rule], banRule: undefined, store});
	for (let index = 0; index < 10_001; index += 1) {
		slow.suspend(`${index}`, 7200 * SECOND);
	}

	const first = slow.begin('a', false);
	t.is(slow.begin('a', false), false);
	asked[0]?.();
	t.true(await first);
	slow.end('a');
	t.is(asked.length, 1);
	slow.begin('a', false);
	t.is(asked.length, 2);
});
