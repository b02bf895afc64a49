import test from 'ava';
import type {Middleware} from 'koa';
import {
	bypass,
	gatekeeper,
	type LimitRules,
	MemoryStore,
	type SpecificOptions,
	specific,
} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

test('a specific rule is asked after the global one has counted', async t => {
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
	t.is((await http.get('/ping')).status, 429, 'three were counted, the refused one too');
});

test('a standalone rule limits its route alone, and the global one neither counts nor refuses there', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60]}, router => {
		router.get('/alone', specific([2, 10], {standalone: true}), ok);
	});

	t.is((await http.get('/alone')).status, 200);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
	t.is((await http.get('/alone')).status, 200);
	t.is((await http.get('/alone')).status, 429);
});

test('one that a request meets twice counts it once, for each client or key', async t => {
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

test('one that has refused a request refuses it again', async t => {
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

test('one that a request meets before and behind a second gate on its store counts it once', async t => {
	const store = new MemoryStore({clock: () => 0});
	const rule = specific({count: 4, window: 60, name: 'both'});
	const {http} = gatedApp({store}, router => {
		router.use(rule);
		router.get('/inner', gatekeeper({store}), rule, ok);
		router.get('/other', gatekeeper(), rule, ok);
	});

	t.is((await http.get('/inner')).headers.ratelimit, '"both";r=3;t=60');
	t.is((await http.get('/inner')).headers.ratelimit, '"both";r=2;t=60');
	t.is((await http.get('/other')).headers.ratelimit, '"both";r=3;t=60', 'a store of its own');
});

test('bans hold on specific and standalone routes', async t => {
	const {http, gate} = gatedApp({}, router => {
		router.get('/both', specific([9, 10]), ok);
		router.get('/alone', specific([9, 10], {standalone: true}), ok);
	});

	await gate.ban('127.0.0.1');
	t.is((await http.get('/both')).status, 403);
	t.is((await http.get('/alone')).status, 403);
});

test('a ban that begins on the way to a specific rule holds there already', async t => {
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

test('one call on several routes is one counter; two calls are two, unless they give one name', async t => {
	const shared = specific([1, 10]);
	const named = () => specific({count: 1, window: 10, name: 'login'});
	const {http} = gatedApp({}, router => {
		router.get('/a', shared, ok).get('/b', shared, ok);
		router.get('/c', specific([1, 10]), ok).get('/d', specific([1, 10]), ok);
		router.get('/e', named(), ok).get('/f', named(), ok);
		router.get('/g', specific({count: 2, window: 10, name: 'login'}), ok);
	});

	t.is((await http.get('/a')).status, 200);
	t.is((await http.get('/b')).status, 429);
	t.is((await http.get('/c')).status, 200);
	t.is((await http.get('/d')).status, 200);
	t.is((await http.get('/e')).status, 200);
	t.is((await http.get('/f')).status, 429);
	t.is((await http.get('/g')).status, 200, 'other numbers, another counter');
});

test('of a list of rules all are asked before any is counted', async t => {
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
	t.is((await http.get('/list')).status, 200, 'the refused one was counted by none');
	const refused = await http.get('/list');
	t.is(refused.headers.ratelimit, '"burst";r=0;t=1, "steady";r=0;t=59');
	t.is(refused.headers['retry-after'], '59');
	t.regex(refused.text, /over 2 requests in a 60s window/);
});

test('an excluded method is limited by a specific rule all the same, and HEAD is its GET', async t => {
	const {http} = gatedApp({rateLimitRule: [1, 60], excludedMethods: ['get', 'HEAD']}, router => {
		router.get('/both', specific([2, 10]), ok);
	});

	t.is((await http.get('/ping')).headers.ratelimit, undefined);
	t.is((await http.get('/ping')).status, 200);
	t.regex((await http.get('/both')).headers.ratelimit ?? '', /^"specific(-\d+)?";r=1;t=10$/);
	t.is((await http.head('/both')).status, 200);
	t.is((await http.get('/both')).status, 429);
	t.is((await http.post('/ping')).status, 404);
	t.is((await http.post('/ping')).status, 429);
});

test('a specific rule behind a bypass() does not apply; before it, it has counted by then', async t => {
	const {http} = gatedApp({}, router => {
		const rule = specific([1, 10]);
		router.get('/behind', bypass(), rule, ok).get('/before', rule, bypass(), ok);
	});

	t.is((await http.get('/behind')).status, 200);
	t.is((await http.get('/behind')).status, 200);
	t.is((await http.get('/before')).status, 200);
	t.is((await http.get('/before')).status, 429);
});

test('specific rules stand on any middleware, not only on a router', async t => {
	const {http} = gatedApp({}, (_router, app) => {
		app.use(specific([1, 10]));
	});

	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
});

test('unnamed specific rules are named in the order of creation', async t => {
	const {http} = gatedApp({headers: 'draft'}, router => {
		router.get('/a', specific([1, 10]), ok).get(
			'/b',
			specific([
				[1, 10],
				[2, 20],
			]),
			ok,
		);
	});
	const names = async (path: string) =>
		[...((await http.get(path)).headers.ratelimit ?? '').matchAll(/"specific(?:-(\d+))?"/g)].map(
			([, number = '1']) => Number(number),
		);

	const [first = 0] = await names('/a');
	t.deepEqual(await names('/b'), [first + 1, first + 2]);
});

const bad: ReadonlyArray<[rules: unknown, options: unknown, message: RegExp]> = [
	[[0, 10], {}, /`rule\.count` must be a whole number from 1 to 1,000,000, got 0/],
	[[], {}, /`rule` must be a rule or a list of at least one rule, got \[\]/],
	[undefined, {}, /`rule` must be \[count, window\] or \{count, window, name\?\}, got undefined/],
	[[1, 10], {standalone: 1}, /`standalone` must be true or false, got 1/],
	[
		[1, 10],
		{standAlone: true},
		/Unknown option `standAlone` of specific\(\); did you mean `standalone`\?/,
	],
	[[1, 10], null, /`specific\(\)` must be an object, got null/],
];

test('bad rules and options fail at once', t => {
	for (const [rules, options, message] of bad) {
		t.throws(() => specific(rules as LimitRules, options as SpecificOptions), {
			instanceOf: TypeError,
			message,
		});
	}
});

test('bypass without its call says so', async t => {
	const errors: Error[] = [];
	const {http} = gatedApp({}, (router, app) => {
		app.on('error', error => errors.push(error));
		router.get('/open', bypass as unknown as Middleware, ok);
	});

	t.is((await http.get('/open')).status, 500);
	t.is(errors[0]?.message, 'bypass() takes no arguments: write bypass(), not bypass, on the route');
});

test.serial('an unnamed rule on a store that processes share warns once', async t => {
	const seen = warnings(t);
	const store = forwardTo(new MemoryStore(), {shared: true});
	const {http} = gatedApp({store}, router => {
		router.get('/named', specific({count: 9, window: 10, name: 'n'}), ok);
		router.get('/unnamed', specific([9, 10]), ok);
	});

	await http.get('/named');
	t.deepEqual(await seen.codes(), []);

	await http.get('/unnamed');
	await http.get('/unnamed');
	t.deepEqual(await seen.codes(), ['GATEKEEPER_UNNAMED_RULE']);
});
