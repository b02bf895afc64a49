import test from 'ava';
import {Redis} from 'ioredis';
import Koa, {type Context} from 'koa';
import {bypass, type GatekeeperOptions, gatekeeper, specific} from '../../source/index.ts';
import {RedisStore} from '../../source/redis.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {repeat} from '../support/recipe.ts';
import {type RedisServer, startRedis} from '../support/redis/server.ts';

const banRule = [3, 60, 600] as const;

let server: RedisServer;
let client: Redis;
test.before(async () => {
	server = await startRedis();
	client = new Redis(server.port);
});
test.after.always(async () => {
	client.disconnect();
	await server.stop();
});

let stores = 0;
const kinds = {
	'in memory': () => ({}),
	'on Redis': () => {
		stores += 1;
		return {store: new RedisStore({client, prefix: `report-when-${stores}:`})};
	},
} satisfies Record<string, () => Pick<GatekeeperOptions, 'store'>>;

for (const [where, store] of Object.entries(kinds)) {
	test(`${where}: three responses with a listed status ban the client, and the reason names the status`, async t => {
		const app = gatedApp({banRule, reportWhen: [401, 404], ...store()}, router => {
			router.get('/login', ctx => ctx.throw(401));
		});
		const get = async (path: string) => (await app.http.get(path)).status;

		t.deepEqual(
			[await get('/login'), await get('/ping'), await get('/nowhere'), await get('/nowhere')],
			[401, 200, 404, 404],
		);
		t.is(await get('/ping'), 403);
		t.like(await bansOf(app), [{client: '127.0.0.1', by: 'reports', reason: 'HTTP 404'}]);
	});

	test(`${where}: a client that keeps running into the limit is banned`, async t => {
		const {http} = gatedApp({banRule, rateLimitRule: [1, 60], reportWhen: [429], ...store()});

		t.deepEqual(await repeat(6, () => http.get('/ping')), [200, 429, 429, 429, 403, 403]);
	});

	test(`${where}: a function returns whether a response is a report, or its weight`, async t => {
		const asked: number[] = [];
		const reportWhen = (ctx: Context, status: number) => {
			asked.push(status);
			return ctx.path === '/trap' ? 3 : status === 500;
		};
		const {http} = gatedApp({banRule, reportWhen, ...store()}, (router, app) => {
			app.on('error', () => {});
			router.get('/broken', () => {
				throw new Error('broken');
			});
			router.get('/trap', ok);
		});
		const get = async (path: string) => (await http.get(path)).status;

		t.deepEqual([await get('/broken'), await get('/ping'), await get('/trap')], [500, 200, 200]);
		t.is(await get('/ping'), 403);
		t.deepEqual(asked, [500, 200, 200], 'once for each request that was let in');
	});
}

test('the status is what Koa sends for an error', async t => {
	const asked: number[] = [];
	const errors = {
		status: Object.assign(new Error('a'), {status: 418}),
		statusCode: Object.assign(new Error('a'), {statusCode: 402}),
		unknown: Object.assign(new Error('a'), {status: 999}),
		text: Object.assign(new Error('a'), {status: '401'}),
		plain: new Error('a'),
		thrown: 'text',
	};
	const reportWhen = (_ctx: Context, status: number) => {
		asked.push(status);
		return false;
	};
	const {http} = gatedApp({banRule, reportWhen}, (router, app) => {
		app.silent = true;
		router.get('/:error', ctx => {
			throw errors[ctx.params.error as keyof typeof errors];
		});
	});
	const statuses: number[] = [];
	for (const name of Object.keys(errors)) {
		statuses.push((await http.get(`/${name}`)).status);
	}

	t.deepEqual(asked, statuses);
	t.deepEqual(statuses, [418, 402, 500, 500, 500, 500]);
});

test('it is not asked where the handler has reported, nor for who is exempt, denied or banned', async t => {
	const asked: string[] = [];
	const {http, gate, from} = gatedApp(
		{
			banRule: [9, 60, 600],
			ipHeader: 'X-Forwarded-For',
			allow: ['203.0.113.1'],
			deny: ['203.0.113.2'],
			reportWhen: ctx => {
				asked.push(ctx.path);
				return true;
			},
		},
		router => {
			router.get('/reported', ctx => {
				ctx.report();
				ctx.body = 'ok';
			});
			router.get('/bypassed', bypass(), ok);
			router.get('/late', (ctx, next) => bypass()(ctx, next), ok);
			router.get('/account', specific([1, 60], {key: () => 'alice'}), ok);
			router.get('/own', specific([1, 60]), ok);
		},
	);
	await gate.ban('203.0.113.3');
	for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
		await from(address).get('/ping');
	}

	const client = from('203.0.113.4');
	for (const path of ['/reported', '/bypassed', '/late', '/account', '/account', '/own', '/own']) {
		await client.get(path);
	}

	t.deepEqual(asked, ['/account', '/own', '/own'], 'nor for the 429 of a key');
	t.is((await gate.report('203.0.113.4')).reports, 5);
	t.is((await http.get('/ping')).status, 200, 'nor does it ban a proxy that names no client');
});

test('what it throws, or a bad weight, goes to the error event, and the response stands', async t => {
	const errors: Error[] = [];
	const answers: Array<() => unknown> = [
		() => {
			throw new Error('broken');
		},
		() => -1,
		() => 'yes',
		() => undefined,
	];
	const {http, gate} = gatedApp(
		{banRule, reportWhen: () => answers.shift()?.() as boolean},
		(_router, app) => {
			app.on('error', error => errors.push(error));
		},
	);

	t.deepEqual(await repeat(4, () => http.get('/ping')), [200, 200, 200, 200]);
	t.deepEqual(
		errors.map(({message}) => message),
		[
			'broken',
			'`reportWhen` must return true, false or a weight above 0, got -1',
			"`reportWhen` must return true, false or a weight above 0, got 'yes'",
		],
	);
	t.is((await gate.report('127.0.0.1')).reports, 1);
});

test('bad options throw, and so does reportWhen without a banRule', t => {
	for (const bad of [404, ['404'], [99], [600], 'all', {}]) {
		t.throws(() => gatekeeper({banRule, reportWhen: bad as never}), {
			message: /^`reportWhen` must be a list of statuses such as \[401, 404\], or a function of/,
		});
	}

	t.throws(() => gatekeeper({reportWhen: [404]}), {
		instanceOf: TypeError,
		message: '`reportWhen` needs a `banRule`: without one, no report counts',
	});
	t.notThrows(() => new Koa().use(gatekeeper({banRule, reportWhen: []})));
});
