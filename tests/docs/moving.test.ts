import test from 'ava';
import type {Context} from 'koa';
import type {Response} from 'supertest';
import type {GatekeeperOptions} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {browse, lured} from '../support/lured.ts';
import {openRecipe, repeat} from '../support/recipe.ts';
import {stopWallClock} from '../support/wall-clock.ts';

const page = 'docs/moving.md';
const alice = '203.0.113.7';
const MINUTE = 60_000;

test.serial('the settings for koa-ratelimit keep its limits, fields and text', async t => {
	stopWallClock(t, 1_700_000_000_000);
	const {from, pass} = await openRecipe(t, page, 'koa-ratelimit 6.0.0');
	const ping = () => from(alice).get('/ping');

	t.like((await ping()).headers, {
		'x-ratelimit-limit': '100',
		'x-ratelimit-remaining': '99',
		'x-ratelimit-reset': '1700000060',
	});
	pass(20_000);
	t.deepEqual(await repeat(99, ping), Array(99).fill(200));
	t.like(await ping(), {status: 429, text: 'Sometimes You Just Have to Slow Down.'});
	t.is((await ping()).headers['x-ratelimit-reset'], '1700000040');
	t.is((await from(alice).get('/health')).status, 404);
});

test('the settings for koa2-ratelimit keep its limits and fields', async t => {
	const {from, pass} = await openRecipe(t, page, 'koa2-ratelimit 1.1.3');
	const create = () => from(alice).post('/user');

	t.deepEqual(await repeat(6, create), [201, 201, 201, 201, 201, 429]);
	t.is((await create()).headers['retry-after'], '5400');
	t.is((await from(alice).get('/ping')).headers['x-ratelimit-remaining'], '92');
	pass(90 * MINUTE);
	t.is((await create()).status, 201);
});

test('the settings for rate-limiter-flexible keep its limit and its block', async t => {
	const {from, own, pass} = await openRecipe(t, page, 'rate-limiter-flexible 11.4.0');
	const ping = () => from(alice).get('/ping');

	t.deepEqual(await repeat(12, ping), [...Array(10).fill(200), 429, 403]);
	const visitor = from('203.0.113.8');
	t.deepEqual(await repeat(10, () => visitor.get('/ping')), Array(10).fill(200));
	t.deepEqual(new Set(await browse(visitor, '/ping')), new Set([429]));
	pass(2000);
	t.like(await ping(), {status: 403, headers: {'retry-after': '898'}});
	await own.gate.unban(alice);
	t.is((await ping()).status, 200);
	await own.gate.ban(alice, {duration: 600});
	t.like(await ping(), {status: 403, headers: {'retry-after': '600'}});
});

test('the settings for express-rate-limit keep its limit and fields', async t => {
	const {from} = await openRecipe(t, page, 'express-rate-limit 8.7.5');

	t.like((await from(alice).get('/ping')).headers, {
		ratelimit: '"api";r=99;t=900',
		'ratelimit-policy': '"api";q=100;w=900',
		'x-ratelimit-remaining': '99',
	});
});

test('the settings for fail2ban ban after as many failures, and twice as long each time', async t => {
	const {from, pass, router} = await openRecipe(t, page, 'fail2ban 1.1');
	router.post('/login', ctx => ctx.throw(401));
	const bannedFor = async () => {
		t.deepEqual(await repeat(5, () => from(alice).post('/login')), Array(5).fill(401));
		return Number((await from(alice).get('/ping')).headers['retry-after']);
	};

	for (const minutes of [10, 20, 40, 80, 80]) {
		t.is(await bannedFor(), minutes * 60);
		pass(minutes * MINUTE);
	}

	const visitor = from('203.0.113.8');
	router.get('/account', ctx => ctx.throw(401));
	for (const headers of lured) {
		t.deepEqual(await repeat(5, () => visitor.post('/login').set(headers)), Array(5).fill(403));
		const link = () => visitor.get('/account').auth('ann', 'guess').set(headers);
		t.deepEqual(await repeat(5, link), Array(5).fill(403), 'a link may have a password');
	}

	t.false((await browse(visitor, '/account')).includes(403));
	t.deepEqual(new Set(await browse(visitor, '/nowhere')), new Set([404]));
	t.is((await visitor.get('/ping')).status, 200);
	t.deepEqual(await repeat(5, () => from(alice).get('/nowhere')), Array(5).fill(404));
	t.is((await from(alice).get('/ping')).status, 403);
	t.deepEqual(await repeat(6, () => from('127.0.0.1').post('/login')), Array(6).fill(401));
});

test('the settings for rack-attack keep its throttles and its ban', async t => {
	const {from, pass} = await openRecipe(t, page, 'rack-attack 6');
	const login = (email: string) => () => from(alice).post('/login').set('X-Email', email);
	const scan = () => from(alice).get('/wp-admin/setup.php');

	t.deepEqual(await repeat(7, login('Ann@example.com')), [...Array(6).fill(200), 429]);
	t.is((await login('ann@example.com')()).status, 429);
	t.is((await login('ben@example.com')()).status, 200);
	t.is((await from(alice).get('/ping')).headers.ratelimit, '"req/ip";r=290;t=300');
	const visitor = from('203.0.113.8');
	t.deepEqual(new Set(await browse(visitor, '/wp-admin/setup.php')), new Set([404]));
	t.is((await visitor.get('/ping')).status, 200);
	t.deepEqual(await repeat(4, scan), [404, 404, 404, 403]);
	t.is((await from(alice).get('/ping')).headers['retry-after'], '300');
	pass(5 * MINUTE);
	t.is((await from(alice).get('/ping')).status, 200);
});

test('`countWhen` skips successful or failed requests as the others do', async t => {
	for (const [countWhen, statuses] of [
		[(_ctx: Context, status: number) => status >= 400, [200, 200, 200, 404, 404, 429]],
		[(_ctx: Context, status: number) => status < 400, [200, 200, 429, 429, 429, 429]],
	] as const) {
		const {http} = gatedApp({rateLimitRule: {count: 2, window: 60, countWhen}});
		const paths = ['/ping', '/ping', '/ping', '/none', '/none', '/none'];
		const seen: number[] = [];
		for (const path of paths) {
			seen.push((await http.get(path)).status);
		}

		t.deepEqual(seen, [...statuses]);
	}
});

test('`deny` comes before `allow`', async t => {
	const {http} = gatedApp({allow: ['loopback'], deny: ['127.0.0.1']});

	t.is((await http.get('/ping')).status, 403);
});

/** The options of koa-ratelimit that its own tests set. */
interface KoaRatelimitOptions {
	readonly max: number;
	readonly id?: (ctx: Context) => string | false;
	readonly whitelist?: (ctx: Context) => boolean;
	readonly blacklist?: (ctx: Context) => boolean;
	readonly disableHeader?: boolean;
	readonly errorMessage?: string;
	readonly status?: number;
	readonly throw?: boolean;
	readonly onLimited?: (ctx: Context) => void;
}

/** What the page's table makes of them. */
function mapped({max, id, whitelist, blacklist, ...other}: KoaRatelimitOptions): GatekeeperOptions {
	return {
		rateLimitRule: [max, '1h'],
		key: ctx => id?.(ctx) || undefined,
		allow: ctx => whitelist?.(ctx) === true || id?.(ctx) === false,
		deny: ctx => blacklist?.(ctx) === true,
		headers: other.disableHeader ? false : 'legacy',
		onRefused: (ctx, {status, text}) => {
			other.onLimited?.(ctx);
			if (other.throw) {
				ctx.throw(status, text);
			}

			ctx.status = other.status ?? ctx.status;
			ctx.body = other.errorMessage ?? text;
		},
	};
}

test('the options that the tests of koa-ratelimit set have the counterparts that the table says', async t => {
	const foo = (ctx: Context) => ctx.get('Foo');
	const limited: string[] = [];
	const errors: number[] = [];
	const serve = (options: KoaRatelimitOptions) => {
		const {http, app} = gatedApp(mapped(options));
		app.on('error', ({status}) => errors.push(status));
		return async (...values: string[]) => {
			const responses: Response[] = [];
			for (const value of values) {
				responses.push(await http.get('/ping').set('Foo', value));
			}

			return responses;
		};
	};
	const statuses = (responses: readonly Response[]) => responses.map(({status}) => status);

	const [first, second] = await serve({max: 1})('a', 'b');
	t.like(first, {status: 200, headers: {'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0'}});
	t.like(second, {status: 429, headers: {'x-ratelimit-remaining': '0', 'retry-after': '3600'}});
	t.deepEqual(statuses(await serve({max: 1, id: foo})('a', 'b', 'a')), [200, 200, 429]);
	const unlimited = await serve({max: 1, id: () => false})('a', 'a');
	t.deepEqual(statuses(unlimited), [200, 200]);
	t.false('x-ratelimit-remaining' in (unlimited[0]?.headers ?? {}));
	t.deepEqual(
		statuses(await serve({max: 1, whitelist: ctx => foo(ctx) === 'me'})('me', 'me', 'a', 'b')),
		[200, 200, 200, 429],
	);
	t.deepEqual(
		statuses(await serve({max: 9, blacklist: ctx => foo(ctx) === 'me'})('me', 'a')),
		[403, 200],
	);
	const [quiet] = await serve({max: 1, disableHeader: true})('a');
	t.deepEqual(
		Object.keys(quiet?.headers ?? {}).filter(name => name.includes('ratelimit')),
		[],
	);
	t.like((await serve({max: 1, errorMessage: 'Slow down.', status: 420})('a', 'a'))[1], {
		status: 420,
		text: 'Slow down.',
	});
	t.deepEqual(statuses(await serve({max: 1, throw: true})('a', 'a')), [200, 429]);
	t.deepEqual(errors, [429]);
	await serve({max: 1, onLimited: ctx => limited.push(foo(ctx))})('a', 'b');
	t.deepEqual(limited, ['b']);
});

test('onRefused may throw, as koa-ratelimit does with `throw: true`', async t => {
	const {http} = gatedApp(
		{rateLimitRule: [1, 60], onRefused: (ctx, {status, text}) => ctx.throw(status, text)},
		(_router, app) => {
			app.use(ok);
		},
	);

	await http.get('/');
	const refused = await http.get('/');
	t.like(refused, {status: 429, headers: {'retry-after': '60', ratelimit: '"global";r=0;t=60'}});
	t.regex(refused.text, /^rate limited for 60s/);
});

test('a request that one rule of a list refuses counts under no rule', async t => {
	const {http, pass} = gatedApp({
		rateLimitRule: [
			[1, 1],
			[2, 60],
		],
	});

	t.deepEqual(await repeat(5, () => http.get('/ping')), [200, 429, 429, 429, 429]);
	pass(1000);
	t.is((await http.get('/ping')).status, 200);
});

test('a window of 60,000 means 60,000 seconds: 16 hours and 40 minutes', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [1, 60_000]});

	await http.get('/ping');
	pass(16 * 60 * MINUTE + 40 * MINUTE - 1);
	t.is((await http.get('/ping')).status, 429);
	pass(1);
	t.is((await http.get('/ping')).status, 200);
});
