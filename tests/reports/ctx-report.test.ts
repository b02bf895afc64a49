import test from 'ava';
import type {Context} from 'koa';
import {bypass, type ReportOptions, type Standing} from '../../source/index.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok, report} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

const ban = {banRule: [3, 60, 600]} as const;

/** Reports with the options in the query, and responds with the standing. */
async function reportByQuery(ctx: Context): Promise<void> {
	const {json} = ctx.query;
	ctx.body = await ctx.report(typeof json === 'string' ? JSON.parse(json) : undefined);
}

/** The path that reports with these options. */
function reportPath(options: unknown): string {
	return `/report?json=${encodeURIComponent(JSON.stringify(options))}`;
}

test('a report counts without await, even in a handler that throws', async t => {
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

test('a report counts even after the request has ended', async t => {
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

test('a report may name another client, in any spelling, even one that has sent no request', async t => {
	const {http, from} = gatedApp({...ban, ipHeader: 'X-Forwarded-For'}, router => {
		router.get('/report', reportByQuery);
	});
	const reporter = from('203.0.113.1');

	for (const client of ['198.51.100.7', '::ffff:198.51.100.7', '::FFFF:c633:6407']) {
		t.is((await reporter.get(reportPath({client}))).status, 200);
	}

	t.is((await from('198.51.100.7').get('/ping')).status, 403);
	t.is((await reporter.get('/ping')).status, 200);
	t.deepEqual((await http.get(reportPath({client: '2001:db8::1', weight: 2}))).body.reports, 2);
	t.deepEqual((await http.get(reportPath({client: '2001:db8::2', weight: 1}))).body, {
		reports: 3,
		banned: true,
		retryAfter: 600,
	});
	t.is((await from('2001:db8::3').get('/ping')).status, 403);
	t.deepEqual((await http.get(reportPath({client: {key: 'alice'}}))).body, {
		reports: 1,
		banned: false,
	});
});

test('reports count on routes with bypass() too', async t => {
	const {http} = gatedApp({banRule: [1, 60, 600]}, router => {
		router.get('/report', bypass(), report);
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
	[null, /The options of report\(\) must be an object, got null/],
	['1.2.3.4', /The options of report\(\) must be an object, got a string/],
];

test('a bad report rejects with a TypeError, and never as an unhandled rejection', async t => {
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

test('ctx.report works as a plain function, even after the response', async t => {
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

test.serial('a bad report without await causes a warning', async t => {
	const seen = warnings(t);
	const {http} = gatedApp(ban, router => {
		router.get('/report', ctx => {
			ctx.report({wieght: 2} as ReportOptions);
			ok(ctx);
		});
	});

	await http.get('/report');
	await http.get('/report');
	t.deepEqual(await seen.codes(), ['GATEKEEPER_BAD_REPORT']);
	t.regex((await seen.messages())[0] ?? '', /not counted: Unknown option `wieght`/);
});

test.serial(
	'a report whose reason is not a string counts without the reason, since clients may send any type',
	async t => {
		const seen = warnings(t);
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
		t.deepEqual(await seen.codes(), ['GATEKEEPER_BAD_REPORT']);
	},
);
