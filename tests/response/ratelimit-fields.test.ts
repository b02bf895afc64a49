import test from 'ava';
import {specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {stopWallClock} from '../support/wall-clock.ts';

test('t is the time until the oldest request leaves the window', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [3, 60]});

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=2;t=60');
	pass(30_500);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=1;t=30');
	pass(28_000);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=0;t=2');
	const refused = await http.get('/ping');
	t.is(refused.headers.ratelimit, '"global";r=0;t=2');
	t.is(refused.headers['retry-after'], '2');
	pass(1500);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=0;t=31');
});

test('t invites no burst: r requests within t are at most the average rate of the rule', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [100, 60]});

	await http.get('/ping');
	pass(59_500);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=98;t=59');
});

test('a policy shows its window only if it is whole seconds', async t => {
	const {http} = gatedApp({
		rateLimitRule: [
			{count: 5, window: 0.5, name: 'half'},
			{count: 6, window: 1.5, name: 'odd'},
			{count: 7, window: '1m', name: 'minute'},
		],
	});

	const {headers} = await http.get('/ping');
	t.is(headers['ratelimit-policy'], '"half";q=5, "odd";q=6, "minute";q=7;w=60');
	t.is(headers.ratelimit, '"half";r=4;t=1, "odd";r=5;t=2, "minute";r=6;t=60');
});

test('a rule name is written as a String of RFC 9651', async t => {
	const {http} = gatedApp({rateLimitRule: {count: 1, window: 1, name: 'a "b" \\c, d;e'}});

	const {headers} = await http.get('/ping');
	t.is(headers['ratelimit-policy'], '"a \\"b\\" \\\\c, d;e";q=1;w=1');
});

test('a refusal lists only the full rules, and the policy of every rule', async t => {
	const {http, pass} = gatedApp({
		rateLimitRule: [
			{count: 9, window: 60, name: 'wide'},
			{count: 2, window: 60, name: 'long'},
			{count: 2, window: 10, name: 'short'},
		],
	});

	await http.get('/ping');
	pass(500);
	await http.get('/ping');
	const {status, headers} = await http.get('/ping');
	t.is(status, 429);
	t.is(headers.ratelimit, '"long";r=0;t=60, "short";r=0;t=10');
	t.is(headers['ratelimit-policy'], '"wide";q=9;w=60, "long";q=2;w=60, "short";q=2;w=10');
	t.is(headers['retry-after'], '60');
});

test.serial(
	'the legacy fields show the rule with the least room, and the time at which a request frees up',
	async t => {
		stopWallClock(t, 1_700_000_000_500);
		const {http, pass} = gatedApp(
			{
				headers: 'legacy',
				rateLimitRule: [
					[5, 60],
					[3, 10],
				],
			},
			router => {
				router.get('/tight', specific([1, 30]), ok);
			},
		);
		const legacyFields = async (path: string) => {
			const {headers} = await http.get(path);
			return ['limit', 'remaining', 'reset'].map(name => headers[`x-ratelimit-${name}`]);
		};

		t.deepEqual(await legacyFields('/ping'), ['3', '2', '1700000011']);
		pass(4000);
		t.deepEqual(await legacyFields('/ping'), ['3', '1', '1700000007']);
		t.deepEqual(await legacyFields('/tight'), ['1', '0', '1700000031']);
		t.deepEqual(await legacyFields('/ping'), ['3', '0', '1700000007']);
	},
);
