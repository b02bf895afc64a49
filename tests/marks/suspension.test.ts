import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Context} from 'koa';
import {
	AddressList,
	bypass,
	type GatekeeperOptions,
	MemoryStore,
	type Verdict,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok, rewriteOpen} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';

const SECOND = 1000;

/** An app that authenticates in front of its router, as most apps do: a wrong password is reported and throws. */
function guessing(
	attempts: {judged: number},
	wait: (ctx: Context) => Promise<void> = async () => {},
	options: GatekeeperOptions = {},
) {
	const rules = {banRule: [3, '1m', '1h'], rateLimitRule: [20, '1s']} as const;

	return gatedApp({...rules, ...options}, (router, app) => {
		app.use(async (ctx, next) => {
			await wait(ctx);
			return next();
		});
		app.use((ctx, next) => {
			if (ctx.get('X-Lost')) {
				ctx.throw(404);
			}

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

test('a banned client cannot go on guessing on a path with bypass() while its ban lasts', async t => {
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
	t.is((await http.get('/health')).status, 200, 'exempt again after the ban');
	t.is(await guess(), 401);
});

test('at most 16 of the parallel guesses of a banned client are judged, and only once', async t => {
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
	t.is(attempts.judged, 16, 'the store is not asked about the ban before a bypass()');
	t.is(statuses.filter(status => status === 403).length, 34);

	pass(5 * SECOND);
	await Promise.all(Array.from({length: 50}, guess));
	t.is(attempts.judged, 16);
});

for (const [how, options] of [
	['reportWhen', {reportWhen: [401]}],
	['ctx.report() after its connection has closed', {}],
	['ctx.report() of its own name after its connection has closed', {}],
	['ctx.ban() after its connection has closed', {}],
] as const) {
	test(`a client whose own request gets it banned loses its exemptions: ${how}`, async t => {
		const attempts = {judged: 0};
		const {all, release} = latch();
		const {http, gate} = gatedApp(
			{banRule: [3, '1m', '1h'], rateLimitRule: [20, '1s'], ...options},
			(router, app) => {
				app.use(async (ctx, next) => {
					if (!ctx.get('X-Password')) {
						return next();
					}

					await setImmediate();
					attempts.judged += 1;
					if (ctx.get('X-Password') === 'gone') {
						ctx.res.emit('close');
						await all;
						const named = how.includes('name') ? {client: '127.0.0.1'} : {};
						await (how.startsWith('ctx.ban') ? ctx.ban() : ctx.report({weight: 3, ...named}));
					}

					ctx.throw(401);
				});
				router.get('/health', bypass(), ok);
			},
		);
		const guess = async (text = 'guess') =>
			(await http.get('/health').set('X-Password', text)).status;
		if (how === 'reportWhen') {
			for (let count = 0; count < 3; count += 1) {
				t.is(await guess(), 401);
			}
		} else {
			const gone = guess('gone');
			await until(() => attempts.judged === 1);
			await setImmediate(); // it is counted late by then
			release();
			await gone;
		}

		const {judged} = attempts;
		t.truthy((await gate.inspect('127.0.0.1')).ban);
		const statuses = await Promise.all(Array.from({length: 50}, () => guess()));
		t.deepEqual([...new Set(statuses)], [403]);
		t.is(attempts.judged, judged);
	});
}

test('a client whose own request gets it banned loses its exemptions, also of an excluded method', async t => {
	let judged = 0;
	const {http} = gatedApp(
		{
			banRule: [3, '1m', '1h'],
			rateLimitRule: [100, '1m'],
			reportWhen: [401],
			excludedMethods: ['HEAD'],
		},
		(router, app) => {
			app.use(ctx => {
				judged += 1;
				ctx.throw(401);
			});
			router.get('/health', bypass(), ok);
		},
	);
	const guess = async () => (await http.head('/health')).status;

	t.deepEqual([await guess(), await guess(), await guess()], [401, 401, 401]);
	const statuses = await Promise.all(Array.from({length: 50}, guess));
	t.deepEqual([...new Set(statuses)], [403]);
	t.is(judged, 3);
});

test('a client whose own request gets it banned loses its exemptions, also beside requests that held all of its trust', async t => {
	const attempts = {judged: 0};
	const [toHeld, toLast] = [latch(), latch()];
	const held: Context[] = [];
	let hasCome = false;
	const {http} = guessing(attempts, async ctx => {
		if (ctx.get('X-Held')) {
			held.push(ctx);
			await toHeld.all;
		} else if (ctx.get('X-Last')) {
			hasCome = true;
			await toLast.all;
		}
	});
	const guess = () => http.get('/health').set('X-Password', 'guess');

	const holding = Array.from({length: 16}, () => http.get('/health').set('X-Held', '1').then());
	await until(() => held.length === 16);
	t.is((await guess()).status, 401);
	t.is((await guess()).status, 401);
	const last = guess().set('X-Last', '1').then();
	await until(() => hasCome);
	for (const {res} of held) {
		res.emit('close'); // broken off, and counted, before the ban
	}

	await setImmediate();
	toLast.release();
	t.is((await last).status, 401);
	const statuses = await Promise.all(Array.from({length: 50}, async () => (await guess()).status));
	t.deepEqual([...new Set(statuses)], [403]);
	t.is(attempts.judged, 3);
	toHeld.release();
	await Promise.all(holding);
});

test('a client whose own request gets it banned loses its exemptions, also while it was suspended for its quota', async t => {
	const attempts = {judged: 0};
	const {http, pass} = guessing(attempts);
	const lost = () => http.get('/health').set('X-Lost', '1').then();
	const guess = async () => (await http.get('/health').set('X-Password', 'guess')).status;

	await Promise.all(Array.from({length: 20}, lost));
	pass(0.9 * SECOND);
	await lost();
	pass(0.6 * SECOND);
	t.deepEqual([await guess(), await guess(), await guess()], [401, 401, 401]);
	pass(2 * SECOND);
	const statuses = await Promise.all(Array.from({length: 50}, guess));
	t.deepEqual([...new Set(statuses)], [403]);
	t.is(attempts.judged, 3);
});

/** An app whose requests may be held before the router, and may get a client banned before or on the route. */
function holding() {
	const held: Context[] = [];
	const {all, release} = latch();
	const app = gatedApp({banRule: [3, '1m', '1m'], rateLimitRule: [20, '1s']}, (router, koa) => {
		koa.use(async (ctx, next) => {
			const client = ctx.get('X-Report-Early');
			if (client) {
				ctx.report({client, weight: 3});
			}

			if (ctx.get('X-Held')) {
				held.push(ctx);
				await all;
			}

			return ctx.get('X-Lost') ? undefined : next();
		});
		router.get('/health', bypass(), ctx => {
			if (ctx.get('X-Report')) {
				ctx.report({weight: 3});
			}

			ok(ctx);
		});
	});
	const get = (...headers: readonly (readonly [string, string])[]) =>
		app.http.get('/health').set(Object.fromEntries(headers)).then();

	return {...app, held, release, get};
}

const isHeld = ['X-Held', '1'] as const;

test('a request without trust whose mark has run proves nothing against its client', async t => {
	const {held, release, get} = holding();
	const holders = Array.from({length: 16}, () => get(isHeld));
	await until(() => held.length === 16);
	const reported = await get(['X-Report', '1']);
	t.is(reported.headers['ratelimit-policy'], '"global";q=20;w=1', 'it was counted');
	t.is((await get()).status, 403, 'no request has trust, and the client is banned');

	release();
	await Promise.all(holders);
	t.is((await get()).status, 200, 'exempt from the ban');
});

test('a request without trust whose mark has run frees nobody else’s place', async t => {
	const {held, release, get} = holding();
	const holders = Array.from({length: 16}, () => get(isHeld));
	await until(() => held.length === 16);
	for (let count = 0; count < 3; count += 1) {
		t.truthy((await get()).headers.ratelimit, 'counted');
	}

	release();
	await Promise.all(holders);
});

test('a request without trust whose connection has closed suspends its client, although it never comes back', async t => {
	const {held, release, get} = holding();
	const holders = Array.from({length: 16}, () => get(isHeld));
	await until(() => held.length === 16);
	const last = get(isHeld, ['X-Lost', '1']);
	await until(() => held.length === 17);
	for (const {res} of held.slice(0, 16)) {
		res.emit('close'); // counted, and before the ban
	}

	await setImmediate();
	held[16]?.report({weight: 3});
	held[16]?.res.emit('close');
	await setImmediate();
	t.is((await get()).status, 403, 'not exempt');
	release();
	await Promise.all([...holders, last]);
});

test('a report of another client suspends nobody else', async t => {
	const {gate, get} = holding();
	await get(['X-Report-Early', '192.0.2.9'], ['X-Lost', '1']);
	t.truthy((await gate.inspect('192.0.2.9')).ban);
	t.is((await get()).headers.ratelimit, undefined, 'exempt');
});

test('a ban that was over before the exemption proved wrong suspends nobody', async t => {
	const {held, release, get, pass} = holding();
	const wrong = get(['X-Report-Early', '127.0.0.1'], isHeld, ['X-Lost', '1']);
	await until(() => held.length === 1);
	pass(61 * SECOND);
	release();
	await wrong;
	t.is((await get()).headers.ratelimit, undefined, 'exempt');
});

test('a client whose ban was lifted is exempt again after the longest window', async t => {
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

test('any request that shows no ban ends what a lifted ban has suspended', async t => {
	const {http, pass, gate} = guessing({judged: 0});
	await gate.ban('127.0.0.1', {duration: '1h'});
	await http.get('/health').set('X-Password', 'guess');
	await gate.unban('127.0.0.1');

	t.is((await http.get('/ping')).status, 200);
	pass(SECOND);
	t.is((await http.get('/health')).headers['ratelimit-policy'], undefined, 'exempt');
});

test('a request without a client shows no absence of a ban: it ends no suspension of the address that it came from', async t => {
	const attempts = {judged: 0};
	const trustedProxies = new AddressList(['192.0.2.1']);
	const {http, gate, pass} = guessing(attempts, undefined, {
		ipHeader: 'X-Forwarded-For',
		trustedProxies,
	});
	const guess = async () => (await http.get('/health').set('X-Password', 'guess')).status;
	await gate.ban('127.0.0.1', {duration: '1h'});
	t.is(await guess(), 401);
	t.is(await guess(), 403);

	trustedProxies.replace(['127.0.0.1']);
	t.is((await http.get('/ping')).status, 200);
	trustedProxies.replace(['192.0.2.1']);
	pass(SECOND);
	t.is(await guess(), 403);
	t.is(attempts.judged, 1);
});

test('a suspension lasts for the longest window, and affects only that client', async t => {
	const {from, pass} = gatedApp(
		{
			rateLimitRule: [
				[1, 1],
				[5, 30],
			],
			ipHeader: 'X-Forwarded-For',
		},
		(router, app) => {
			app.use(rewriteOpen('/closed'));
			router.get('/open', bypass(), ok).get('/closed', ok);
			router.get('/true', bypass(), ok);
		},
	);
	const one = from('203.0.113.1');
	const other = from('203.0.113.2');

	await one.get('/open');
	await one.get('/open');
	pass(1000);
	t.is((await one.get('/ping')).status, 200);
	t.is((await one.get('/true')).status, 429, 'even a mark that would run does not exempt it');
	t.is((await other.get('/true')).status, 200);
	t.is((await other.get('/true')).status, 200);
	pass(29_000);
	t.is((await one.get('/true')).status, 200);
	t.is((await one.get('/true')).status, 200);
});

test("what onStoreError: 'open' admits while the store fails ends no suspension", async t => {
	const {store, pass} = manualClockStore();
	let fails = false;
	const failing = forwardTo(store, {
		admit: (client, rules, options) => {
			if (fails) {
				throw new Error('down');
			}

			return store.admit(client, rules, options);
		},
	});
	const {http} = gatedApp(
		{
			store: failing,
			onStoreError: 'open',
			banRule: [3, '1m', '1h'],
			rateLimitRule: [20, '1s'],
			reportWhen: [401],
		},
		(router, app) => {
			app.use((ctx, next) => (ctx.get('X-Password') ? ctx.throw(401) : next()));
			router.get('/health', bypass(), ok);
		},
	);
	const guess = async () => (await http.get('/health').set('X-Password', 'guess')).status;
	t.deepEqual([await guess(), await guess(), await guess()], [401, 401, 401]);

	fails = true;
	t.is((await http.get('/health')).status, 200);
	fails = false;
	pass(2 * SECOND);
	t.is(await guess(), 403);
});

test('the verdict on a question from before a suspension does not shorten it', async t => {
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
	t.is((await next).status, 403, 'still suspended');
});
