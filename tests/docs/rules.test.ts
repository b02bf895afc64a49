import test from 'ava';
import {type GatekeeperOptions, gatekeeper, specific} from '../../source/index.ts';
import {blocks} from '../support/documents.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {openRecipe, repeat} from '../support/recipe.ts';
import {requestStatus} from '../support/request-status.ts';
import {serve} from '../support/servers.ts';

const page = 'docs/rules.md';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const alice = '203.0.113.7';
const bob = '203.0.113.8';

test('a request must fit under every rule of the list, and Retry-After follows the last to free up', async t => {
	const {from, pass} = await openRecipe(t, page, 'Several rules');
	const ping = () => from(alice).get('/ping');

	t.deepEqual(await repeat(21, ping), [...Array(20).fill(200), 429]);
	t.is((await ping()).headers['retry-after'], '1');
	for (let second = 1; second < 50; second += 1) {
		pass(SECOND);
		t.deepEqual(await repeat(20, ping), Array(20).fill(200));
	}

	t.is((await ping()).headers['retry-after'], '3551');
});

test('reads and writes have a quota each, so that they add up', async t => {
	const {from, router} = await openRecipe(t, page, 'Rules by request');
	router.post('/write', ok);

	t.deepEqual(await repeat(31, () => from(alice).post('/write')), [...Array(30).fill(200), 429]);
	t.deepEqual(await repeat(300, () => from(alice).get('/ping')), Array(300).fill(200));
	t.is((await from(alice).get('/ping')).status, 429);
});

test('a user has the quota of the plan, and guests share that of their address', async t => {
	const {from} = await openRecipe(t, page, 'Rules by request', 1);
	const paying = () => from(alice).get('/ping').set('Authorization', 'Bearer secret');

	t.deepEqual(await repeat(21, () => from(alice).get('/ping')), [...Array(20).fill(200), 429]);
	t.deepEqual(await repeat(200, paying), Array(200).fill(200));
	t.is((await paying()).status, 429);
	t.is((await from(bob).get('/ping')).status, 200);
});

test.serial('at night there is no limit', async t => {
	const {from} = await openRecipe(t, page, 'Rules by request', 2);
	const {getHours} = Date.prototype;
	t.teardown(() => {
		Date.prototype.getHours = getHours;
	});
	const statusAt = async (hour: number) => {
		Date.prototype.getHours = () => hour;
		return (await from(alice).get('/ping')).status;
	};

	Date.prototype.getHours = () => 8;
	t.deepEqual(await repeat(100, () => from(alice).get('/ping')), Array(100).fill(200));
	t.deepEqual(
		[await statusAt(7), await statusAt(8), await statusAt(19), await statusAt(20)],
		[200, 429, 429, 200],
	);
});

test('without a limit, bans still hold', async t => {
	const {http, gate} = gatedApp({rateLimitRule: () => undefined});

	t.is((await http.get('/ping')).headers.ratelimit, undefined);
	await gate.ban('127.0.0.1');
	t.is((await http.get('/ping')).status, 403);
});

test('a rule that is always there bounds the sum', async t => {
	const total = {count: 3, window: 60, name: 'total'} as const;
	const {http} = gatedApp({
		rateLimitRule: ctx => [{count: 2, window: 60, name: ctx.get('X-Plan')}, total],
	});
	const ask = (plan: string) => () => http.get('/ping').set('X-Plan', plan);

	t.deepEqual(await repeat(3, ask('one')), [200, 200, 429]);
	t.deepEqual(await repeat(2, ask('two')), [200, 429]);
});

test('routes of different costs draw on one budget', async t => {
	const {from} = await openRecipe(t, page, 'Cost');
	const status = async (path: string) => (await from(alice).get(path)).status;

	t.is((await from(alice).get('/item')).headers.ratelimit, '"budget";r=99;t=60');
	t.is((await from(alice).get('/search')).headers.ratelimit, '"budget";r=94;t=60');
	t.is((await from(alice).get('/export')).headers.ratelimit, '"budget";r=74;t=60');
	t.is((await from(alice).get('/export?format=pdf')).headers.ratelimit, '"budget";r=24;t=60');
	t.is(await status('/export?format=pdf'), 429);
	t.is(await status('/export'), 200);
	t.is(await status('/search'), 429);
	t.deepEqual(await repeat(5, () => from(alice).get('/item')), [200, 200, 200, 200, 429]);
});

test('a number above `count` or 1,000 is refused at start-up', t => {
	const withCost = (cost: number) => () =>
		gatekeeper({rateLimitRule: {count: 2000, window: 60, cost}});

	t.notThrows(withCost(1000));
	t.throws(withCost(1001), {instanceOf: TypeError});
	t.throws(() => gatekeeper({rateLimitRule: {count: 5, window: 60, cost: 6}}), {
		instanceOf: TypeError,
	});
});

test('a cost that a function returns above `count` gets a Retry-After of the whole window', async t => {
	const {http} = gatedApp({rateLimitRule: {count: 5, window: 60, cost: () => 6}});

	t.like(await http.get('/ping'), {status: 429, headers: {'retry-after': '60'}});
});

test('a promise is no cost', async t => {
	const {http} = gatedApp({
		rateLimitRule: {count: 5, window: 60, cost: (async () => 1) as unknown as () => number},
	});

	t.is((await http.get('/ping')).status, 500);
});

test('five failed logins are the limit, and logins that succeed do not count', async t => {
	const {from, pass} = await openRecipe(t, page, 'Count only some responses');
	const login = (authorization: string) => () =>
		from(alice).post('/login').set('Authorization', authorization);
	const [right, wrong] = [login('Bearer secret'), login('Bearer guess')];

	t.deepEqual(await repeat(10, right), Array(10).fill(200));
	t.is((await right()).headers.ratelimit, '"failed logins";r=5;t=900');
	t.deepEqual(await repeat(6, wrong), [401, 401, 401, 401, 401, 429]);
	t.is((await right()).status, 429);
	pass(15 * MINUTE);
	t.is((await right()).status, 200);
});

test('of 200 guesses at once, five are judged', async t => {
	const {app} = await openRecipe(t, page, 'Count only some responses');
	const {origin} = await serve(t, app);
	const guess = () => requestStatus(`${origin}/login`, {method: 'POST'});

	const seen = await Promise.all(Array.from({length: 200}, guess));
	t.is(seen.filter(status => status === 401).length, 5);
	t.is(seen.filter(status => status === 429).length, 195);
});

test('of many logins at once that succeed, some may get a 429', async t => {
	const {all, release} = latch();
	let entered = 0;
	const rule = {count: 5, window: '15m', name: 'failed', countWhen: [401]} as const;
	const {app} = gatedApp({}, router => {
		router.get('/slow', specific(rule), async ctx => {
			entered += 1;
			await all;
			ok(ctx);
		});
	});
	const {origin} = await serve(t, app);
	const inFlight = Array.from({length: 5}, () => requestStatus(`${origin}/slow`));
	await until(() => entered === 5);

	t.is(await requestStatus(`${origin}/slow`), 429);
	release();
	t.deepEqual(await Promise.all(inFlight), Array(5).fill(200));
	t.is(await requestStatus(`${origin}/slow`), 200);
});

test('a request whose outcome is not certain counts', async t => {
	const errors: unknown[] = [];
	const {http, app} = gatedApp(
		{
			rateLimitRule: {
				count: 3,
				window: 60,
				countWhen: ctx => {
					if (ctx.path === '/odd') {
						throw new Error('odd');
					}

					return false;
				},
			},
		},
		router => {
			router.get('/broken', () => {
				throw new Error('broken');
			});
			router.get('/own', ctx => {
				ctx.respond = false;
				ctx.res.statusCode = 200;
				ctx.res.end('own');
			});
			router.get('/odd', ok);
		},
	);
	app.on('error', error => errors.push((error as Error).message));

	t.is((await http.get('/broken')).status, 500);
	t.is((await http.get('/own')).status, 200);
	t.is((await http.get('/odd')).status, 200);
	t.is((await http.get('/ping')).status, 429);
	t.deepEqual(errors, ['broken', 'odd']);
});

test('with `countWhen`, a count is at most 10,000', t => {
	const withCount = (count: number) => () =>
		gatekeeper({rateLimitRule: {count, window: 60, countWhen: [401]}});

	t.notThrows(withCount(10_000));
	t.throws(withCount(10_001), {instanceOf: TypeError});
});

test('`countWhen` and `reportWhen` can both be set', async t => {
	const {http} = gatedApp(
		{
			rateLimitRule: {count: 5, window: 60, countWhen: [401]},
			banRule: [3, 60, 600],
			reportWhen: [401],
		},
		router => {
			router.post('/login', ctx => ctx.throw(401));
		},
	);

	t.deepEqual(await repeat(4, () => http.post('/login')), [401, 401, 401, 403]);
});

test('unnamed rules that a function returns are numbered by their place', async t => {
	const options: GatekeeperOptions = {
		rateLimitRule: () => [
			[5, 1],
			[9, 60],
		],
	};
	const {http} = gatedApp(options);

	const policy = '"global";q=5;w=1, "global.2";q=9;w=60';
	t.is((await http.get('/ping')).headers['ratelimit-policy'], policy);
});

test.serial(
	'the log of a new policy names those whom it would refuse, and nobody is refused',
	async t => {
		const lines: string[] = [];
		const {log} = console;
		console.log = (line: string) => lines.push(line);
		t.teardown(() => {
			console.log = log;
		});
		const {from, own, router} = await openRecipe(t, page, 'Try a new policy');
		const trial = own.trial as ReturnType<typeof gatekeeper>;
		const standings: unknown[] = [];
		router.post('/report', async ctx => {
			standings.push(await ctx.report());
		});

		t.deepEqual(await repeat(60, () => from(alice).get('/ping')), Array(60).fill(200));
		t.deepEqual(lines, []);
		const further = await from(alice).get('/ping');
		t.is(further.status, 200);
		t.is(further.headers['ratelimit-policy'], '"global";q=100;w=60');
		t.deepEqual(lines.splice(0), [
			JSON.stringify({client: alice, verdict: 'admitted', trial: 'limited'}),
		]);
		t.deepEqual(await repeat(40, () => from(alice).get('/ping')), [...Array(39).fill(200), 429]);
		t.is(lines.splice(0).length, 39, 'not where both refuse');

		t.deepEqual(await repeat(5, () => from(bob).post('/report')), Array(5).fill(404));
		t.deepEqual(standings.at(-1), {reports: 5, banned: false}, 'with the gate in force');
		t.like(await bansOf({gate: trial}), [{client: bob, by: 'reports', retryAfter: 3600}]);
		t.is((await from(bob).get('/ping')).status, 200);
		t.deepEqual(lines, [JSON.stringify({client: bob, verdict: 'admitted', trial: 'banned'})]);
	},
);

test('without a gate in force, a dry run is the state of the request, and its `onRefused` is not called', async t => {
	const refused: string[] = [];
	const kinds: string[] = [];
	const errors: string[] = [];
	const {http, app} = gatedApp(
		{
			rateLimitRule: [1, 60],
			dryRun: true,
			key: ctx => {
				if (ctx.get('X-Broken') !== '') {
					throw new Error('broken');
				}

				return undefined;
			},
			onRefused: (_ctx, {kind}) => refused.push(kind),
		},
		(_router, app) => {
			app.use((ctx, next) => {
				kinds.push(ctx.state.gatekeeper.verdict.kind);
				return next();
			});
		},
	);
	app.on('error', error => errors.push((error as Error).message));

	t.deepEqual(await repeat(2, () => http.get('/ping')), [200, 200]);
	t.deepEqual(kinds, ['admitted', 'limited']);
	t.deepEqual(refused, []);
	t.is((await http.get('/ping').set('X-Broken', '1')).status, 200);
	t.deepEqual(errors, ['broken']);
});

test('every block of docs/rules.md is tested', async t => {
	t.is((await blocks(page)).length, 7);
});
