import {ServerResponse} from 'node:http';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Context} from 'koa';
import compose from 'koa-compose';
import type {ReportOptions, Standing} from '../../source/index.ts';
import {bypass, MemoryStore} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

const ban = {banRule: [3, 60, 600]} as const;

/** Reports with the options in the request's query, and answers with the standing. */
const reports = async (ctx: Context) => {
	const {json} = ctx.query;
	ctx.body = await ctx.report(typeof json === 'string' ? JSON.parse(json) : undefined);
};

const path = (options: unknown) => `/report?json=${encodeURIComponent(JSON.stringify(options))}`;

test('enough reports within the window ban, in force before that answer is sent', async t => {
	const {http, pass} = gatedApp(ban, router => {
		router.get('/report', reports);
	});

	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
	t.deepEqual((await http.get('/report')).body, {reports: 2, banned: false});
	t.deepEqual((await http.get('/report')).body, {reports: 3, banned: true, retryAfter: 600});

	const refused = await http.get('/ping');
	t.is(refused.status, 403);
	t.is(refused.headers['retry-after'], '600');
	t.is(refused.text, 'banned for 600s (reported 3 times in a 60s window)\n');

	pass(599_999);
	t.is((await http.get('/ping')).headers['retry-after'], '1');
	pass(1);
	t.is((await http.get('/ping')).status, 200);
	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false}, 'spent');
});

test('a report one window old no longer counts', async t => {
	const {http, pass} = gatedApp(ban, router => {
		router.get('/report', reports);
	});

	await http.get('/report');
	await http.get('/report');
	pass(60_000);
	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
});

test('a ban shorter than its window is over when it is over', async t => {
	const {http, pass} = gatedApp({banRule: [2, 60, 5]}, router => {
		router.get('/report', reports);
	});

	await http.get('/report');
	await http.get('/report');
	t.is((await http.get('/ping')).status, 403);
	pass(5000);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/report')).status, 200);
	t.is((await http.get('/ping')).status, 200);
});

test('a report that is not awaited counts, in a handler that throws too', async t => {
	const {http} = gatedApp({banRule: [2, 60, 600]}, router => {
		router.get('/throws', ctx => {
			ctx.report();
			throw new Error('broken');
		});
		router.get('/login', ctx => {
			ctx.report();
			ctx.throw(401);
		});
	});

	t.is((await http.get('/throws')).status, 500);
	t.is((await http.get('/login')).status, 401);
	t.is((await http.get('/ping')).status, 403);
});

test('a report in flight is settled before the answer is sent', async t => {
	let settled = false;
	const store = new MemoryStore();
	const slow = forwardTo(store, {
		report: async (...report) => {
			await new Promise(resolve => {
				setTimeout(resolve, 5);
			});
			settled = true;
			return store.report(...report);
		},
	});
	const {http} = gatedApp({...ban, store: slow}, router => {
		router.get('/login', ctx => {
			ctx.report();
			ctx.throw(401);
		});
	});

	t.is((await http.get('/login')).status, 401);
	t.true(settled);
});

test('a report made after the chain has ended still counts', async t => {
	let late: (() => Promise<Standing>) | undefined;
	const {http} = gatedApp({banRule: [1, 60, 600]}, router => {
		router.get('/later', ctx => {
			late = () => ctx.report();
			ctx.body = 'ok';
		});
	});

	await http.get('/later');
	t.deepEqual(await late?.(), {reports: 1, banned: true, retryAfter: 600});
	t.is((await http.get('/ping')).status, 403);
});

test('another client may be reported, never seen before and in any spelling', async t => {
	const {http, from} = gatedApp({...ban, ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/report', reports);
	});
	const reporter = from('203.0.113.1');

	for (const client of ['198.51.100.7', '::ffff:198.51.100.7', '::FFFF:c633:6407']) {
		t.is((await reporter.get(path({client}))).status, 200);
	}

	t.is((await from('198.51.100.7').get('/ping')).status, 403);
	t.is((await reporter.get('/ping')).status, 200);
	t.deepEqual((await http.get(path({client: '2001:db8::1', weight: 2}))).body.reports, 2);
	t.deepEqual((await http.get(path({client: '2001:db8::2', weight: 1}))).body, {
		reports: 3,
		banned: true,
		retryAfter: 600,
	});
	t.is((await from('2001:db8::3').get('/ping')).status, 403);
	t.deepEqual((await http.get(path({client: {key: 'alice'}}))).body, {reports: 1, banned: false});
});

test('a report may weigh more than one, and give a reason', async t => {
	const {http, gate} = gatedApp(ban, router => {
		router.get('/report', reports);
	});

	const {body} = await http.get(path({weight: 5, reason: 'card testing'}));
	t.deepEqual(body, {reports: 5, banned: true, retryAfter: 600});
	const bans = [];
	for await (const each of gate.bans()) {
		bans.push(each);
	}

	t.deepEqual(bans, [
		{client: '127.0.0.1', by: 'reports', reason: 'card testing', retryAfter: 600},
	]);
});

test('reports and requests during a ban neither count nor lengthen it', async t => {
	const {http, pass} = gatedApp({banRule: [2, 60, 10], rateLimitRule: [3, 60]}, router => {
		router.get('/report', bypass(), reports);
	});

	await http.get('/report');
	await http.get('/report');
	pass(4000);
	t.deepEqual((await http.get('/report')).body, {reports: 0, banned: true, retryAfter: 6});
	t.is((await http.get('/ping')).status, 403);
	pass(6000);
	const admitted = await http.get('/ping');
	t.is(admitted.headers.ratelimit, '"global";r=2;t=60');
	t.deepEqual((await http.get('/report')).body, {reports: 1, banned: false});
});

test('bypass routes report too', async t => {
	const {http} = gatedApp({banRule: [1, 60, 600]}, router => {
		router.get('/report', bypass(), reports);
	});

	t.is((await http.get('/report')).body.banned, true);
	t.is((await http.get('/ping')).status, 403);
	t.is((await http.get('/report')).status, 200);
});

const badReports: ReadonlyArray<[unknown, RegExp]> = [
	[{weight: 0}, /`weight` must be a whole number above 0, got 0/],
	[{weight: -1}, /`weight`/],
	[{weight: 1.5}, /`weight` must be a whole number above 0, got 1\.5/],
	[{weight: '2'}, /`weight`.*got '2'/],
	[{weight: Number.NaN}, /`weight`.*got NaN/],
	[{client: 'evil'}, /`client` must be an address.*got 'evil'/],
	[{client: '1.2.3.4:80'}, /`client`/],
	[{client: ''}, /`client`/],
	[{client: 7}, /`client`/],
	[{client: {key: 7}}, /`client`/],
	[{wieght: 2}, /Unknown option `wieght` of report\(\); did you mean `weight`\?/],
	[null, /`report\(\)` must be an object, got null/],
	['1.2.3.4', /`report\(\)` must be an object, got a string/],
];

test('a bad report rejects with a TypeError, and is no unhandled rejection', async t => {
	const messages: string[] = [];
	const {http} = gatedApp(ban, router => {
		router.get('/report', async ctx => {
			for (const [options] of badReports) {
				ctx.report(options as ReportOptions);
				await ctx.report(options as ReportOptions).catch(error => {
					messages.push(error instanceof TypeError ? error.message : 'no TypeError');
				});
			}

			ctx.body = 'ok';
		});
	});

	t.is((await http.get('/report')).status, 200);
	t.is(messages.length, badReports.length);
	for (const [index, [, expected]] of badReports.entries()) {
		t.regex(messages[index] ?? '', expected);
	}
});

test('ctx.report works without ctx in front of it, also after the response', async t => {
	const later: Array<(options?: ReportOptions) => Promise<Standing>> = [];
	const {http} = gatedApp({banRule: [9, 60, 600]}, router => {
		router.get('/report', async ctx => {
			const {report} = ctx;
			later.push(report);
			await Promise.reject(new TypeError('wrong password')).catch(report as () => unknown);
			ctx.body = await report({weight: 2});
		});
	});

	t.deepEqual((await http.get('/report')).body, {reports: 3, banned: false});
	t.deepEqual(await later[0]?.(), {reports: 4, banned: false});
});

test('a request without a client reports nobody', async t => {
	const standings: Standing[] = [];
	const {app, gate} = gatedApp({banRule: [1, 60, 600]});
	app.middleware.unshift(async (ctx, next) => {
		await next();
		standings.push(await ctx.report());
	});
	const ctx = app.createContext(
		{headers: {}, socket: {remoteAddress: 'nonsense'}} as never,
		new ServerResponse({method: 'GET'} as never),
	);
	await compose(app.middleware)(ctx);

	t.deepEqual(standings, [{reports: 0, banned: false, immune: 'no-client'}]);
	t.deepEqual(await bansOf({gate}), []);
});

test.serial('a bad report that nobody awaits is told of by a warning', async t => {
	const heard = warnings(t);
	const {http} = gatedApp(ban, router => {
		router.get('/report', ctx => {
			ctx.report({wieght: 2} as ReportOptions);
			ok(ctx);
		});
	});

	await http.get('/report');
	await http.get('/report');
	t.deepEqual(await heard.codes(), ['GATEKEEPER_BAD_REPORT']);
	t.regex((await heard.messages())[0] ?? '', /not counted: Unknown option `wieght`/);
});

test.serial(
	'a report whose reason is no text counts without it, since clients may send any type',
	async t => {
		const heard = warnings(t);
		const {http, gate} = gatedApp({banRule: [3, 60, 600]}, router => {
			router.get('/report', ctx => {
				ctx.report({reason: ctx.query.user as string});
				ok(ctx);
			});
		});

		for (let round = 0; round < 3; round += 1) {
			t.is((await http.get('/report?user=alice&user=bob')).status, 200);
		}

		t.is((await http.get('/report')).status, 403);
		t.deepEqual(await bansOf({gate}), [{client: '127.0.0.1', by: 'reports', retryAfter: 600}]);
		t.deepEqual(await heard.codes(), ['GATEKEEPER_BAD_REPORT']);
	},
);

test('a request that came from our proxy without a client is immune', async t => {
	const {http, from, gate} = gatedApp(
		{banRule: [1, 60, 600], ipHeader: 'X-Forwarded-For'},
		router => {
			router.get('/report', reports);
		},
	);

	t.deepEqual((await http.get('/report')).body, {reports: 0, banned: false, immune: 'no-client'});
	t.deepEqual((await http.get('/report').set('X-Forwarded-For', 'unknown')).body, {
		reports: 0,
		banned: false,
		immune: 'no-client',
	});
	t.is((await http.get('/ping')).status, 200);

	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 200, 'the flag belongs to the request …');
	t.is((await from('127.0.0.1').get('/ping')).status, 403, '… not to the address');
});

test.serial('without a ban rule a report says that it does not count, and warns once', async t => {
	const seen = warnings(t);
	const {http, gate} = gatedApp({rateLimitRule: [100, 60]}, router => {
		router.get('/report', bypass(), reports);
	});

	t.deepEqual((await http.get('/report')).body, {
		reports: 0,
		banned: false,
		immune: 'no-ban-rule',
	});
	t.deepEqual(await gate.report('127.0.0.1'), {reports: 0, banned: false, immune: 'no-ban-rule'});
	t.deepEqual(await seen.codes(), ['GATEKEEPER_NO_BAN_RULE']);
});

test('without any options nothing is limited nor announced, and report() still exists', async t => {
	const {http} = gatedApp({}, router => {
		router.get('/report', reports);
	});

	for (let round = 0; round < 20; round += 1) {
		const {status, headers} = await http.get('/report');
		t.is(status, 200);
		t.false('ratelimit' in headers || 'ratelimit-policy' in headers);
	}
});

test('a request holds only the reports that are in flight', async t => {
	let most = 0;
	const {http} = gatedApp({banRule: [1_000_000, 60, 600]}, router => {
		router.get('/lines', async ctx => {
			const {reports} = ctx.state.gatekeeper as unknown as {reports: Set<unknown>};
			for (let line = 0; line < 100; line += 1) {
				ctx.report();
				await setImmediate();
				most = Math.max(most, reports.size);
			}

			ctx.body = await ctx.report();
		});
	});

	t.is((await http.get('/lines')).body.reports, 101);
	t.is(most, 0);
});
