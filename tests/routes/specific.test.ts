import test from 'ava';
import {
	gatekeeper,
	type LimitRules,
	MemoryStore,
	type SpecificOptions,
	specific,
} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';

test('a specific() applies after the global rule has counted the request', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [3, 60]}, router => {
		router.get('/both', specific([1, 10]), ok);
	});

	t.is((await http.get('/both')).status, 200);
	const refused = await http.get('/both');
	t.is(refused.status, 429);
	t.is(refused.headers['retry-after'], '10');
	t.is(refused.text, 'rate limited for 10s (over 1 request in a 10s window)\n');
	pass(10_000);
	t.is((await http.get('/both')).status, 200);
	t.is((await http.get('/ping')).status, 429, 'three were counted, the refused one included');
});

test('a standalone specific() limits its own route, where the global rule neither counts nor refuses', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.get('/alone', specific([2, 10], {standalone: true}), ok);
	});

	t.is((await http.get('/alone')).status, 200);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
	t.is((await http.get('/alone')).status, 200);
	t.is((await http.get('/alone')).status, 429);
});

test('a specific() that a request passes twice counts it once, for each client or key', async t => {
	const perClient = specific({count: 3, window: 60, name: 'client'});
	const perKey = specific(
		{count: 3, window: 60, name: 'key'},
		{key: ctx => ctx.get('X-Key') || undefined},
	);
	const {http} = gatedApp({}, router => {
		router.use(perClient, perKey);
		router.get('/twice', perClient, perKey, ok);
		router.get(
			'/other',
			(ctx, next) => {
				ctx.req.headers['x-key'] = 'bob';
				return next();
			},
			perKey,
			ok,
		);
	});
	const ask = (path: string) => http.get(path).set('X-Key', 'alice');

	const {headers} = await ask('/twice');
	t.is(headers['ratelimit-policy'], '"client";q=3;w=60, "key";q=3;w=60');
	t.is(headers.ratelimit, '"client";r=2;t=60, "key";r=2;t=60');
	t.is(
		(await ask('/other')).headers.ratelimit,
		'"client";r=1;t=60, "key";r=1;t=60, "key";r=2;t=60',
	);
	t.deepEqual([(await ask('/twice')).status, (await ask('/twice')).status], [200, 429]);
});

test('a specific() that has refused a request refuses it again', async t => {
	const rule = specific({count: 1, window: 60, name: 'once'});
	let handled = 0;
	const {http} = gatedApp({}, router => {
		router.get('/batch', async ctx => {
			for (let operation = 0; operation < 3; operation += 1) {
				await rule(ctx, async () => {
					handled += 1;
				});
			}
		});
	});
	await http.get('/batch');
	t.is(handled, 3, 'one request');
	t.is((await http.get('/batch')).status, 429);
	t.is(handled, 3);
});

test('a specific() before and behind a second gate counts a request once, if both gates use one store', async t => {
	const store = new MemoryStore({clock: () => 0});
	const rule = specific({count: 4, window: 60, name: 'both'});
	const {http} = gatedApp({store}, router => {
		router.use(rule);
		router.get('/inner', gatekeeper({store}), rule, ok);
		router.get('/other', gatekeeper(), rule, ok);
	});

	t.is((await http.get('/inner')).headers.ratelimit, '"both";r=3;t=60');
	t.is((await http.get('/inner')).headers.ratelimit, '"both";r=2;t=60');
	t.is(
		(await http.get('/other')).headers.ratelimit,
		'"both";r=3;t=60',
		'the other gate has its own store',
	);
});

test('a ban that begins between the gate and a specific() holds at the specific()', async t => {
	let reached = false;
	const {http} = gatedApp({banRule: [1, 60, 600]}, router => {
		router.get(
			'/both',
			(ctx, next) => {
				ctx.report();
				return next();
			},
			specific([9, 10]),
			ctx => {
				reached = true;
				ok(ctx);
			},
		);
	});

	const {status, headers} = await http.get('/both');
	t.is(status, 403);
	t.is(headers['retry-after'], '600');
	t.false('ratelimit' in headers);
	t.false(reached);
});

test('a request counts under all rules of a list, or under none', async t => {
	const {http, pass} = gatedApp({}, router => {
		router.get(
			'/list',
			specific([
				{count: 1, window: 1, name: 'burst'},
				{count: 2, window: 60, name: 'steady'},
			]),
			ok,
		);
	});

	t.is((await http.get('/list')).headers.ratelimit, '"burst";r=0;t=1, "steady";r=1;t=60');
	t.is((await http.get('/list')).headers.ratelimit, '"burst";r=0;t=1');
	pass(1000);
	t.is((await http.get('/list')).status, 200, 'no rule has counted the refused request');
	const refused = await http.get('/list');
	t.is(refused.headers.ratelimit, '"burst";r=0;t=1, "steady";r=0;t=59');
	t.is(refused.headers['retry-after'], '59');
	t.regex(refused.text, /over 2 requests in a 60s window/);
});

test('a specific() works as app.use() middleware, without a router', async t => {
	const {http} = gatedApp({}, (_router, app) => {
		app.use(specific([1, 10]));
	});

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

const bad: ReadonlyArray<[rules: unknown, options: unknown, message: RegExp]> = [
	[[0, 10], {}, /`rule\.count` must be a whole number from 1 to 1,000,000, got 0/],
	[[], {}, /`rule` must be a rule or a list of at least one rule, got \[\]/],
	[
		undefined,
		{},
		/`rule` must be \[count, window\] or \{count, window, name\?, cost\?, countWhen\?\}, got undefined/,
	],
	[[1, 10], {standalone: 1}, /`standalone` must be true or false, got 1/],
	[
		[1, 10],
		{standAlone: true},
		/Unknown option `standAlone` of specific\(\); did you mean `standalone`\?/,
	],
	[
		[1, 10],
		null,
		/The options of specific\(\) must be an object such as \{standalone: true\}, got null/,
	],
];

test('bad rules and options throw when specific() is called', t => {
	for (const [rules, options, message] of bad) {
		t.throws(() => specific(rules as LimitRules, options as SpecificOptions), {
			instanceOf: TypeError,
			message,
		});
	}
});
