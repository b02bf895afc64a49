import test from 'ava';
import {bypass, type GatekeeperOptions, gatekeeper, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';

const draft = ['ratelimit', 'ratelimit-policy'];
const legacy = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

function fields(headers: Record<string, string>): string[] {
	return [...draft, ...legacy].filter(field => field in headers);
}

test('t is the time to the next free slot, but at least the share of what remains', async t => {
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

test('no t invites a burst: r requests within t are what the rule allows on the average', async t => {
	const {http, pass} = gatedApp({rateLimitRule: [100, 60]});

	await http.get('/ping');
	pass(59_500);
	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=98;t=59');
});

test('a policy has a window only in whole seconds', async t => {
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

test('names are written as Strings of RFC 9651', async t => {
	const {http} = gatedApp({rateLimitRule: {count: 1, window: 1, name: 'a "b" \\c, d;e'}});

	const {headers} = await http.get('/ping');
	t.is(headers['ratelimit-policy'], '"a \\"b\\" \\\\c, d;e";q=1;w=1');
});

test('a refusal lists the full rules alone, and every policy asked', async t => {
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

test('no fields on bans, bypassed routes and excluded methods', async t => {
	const {http, gate} = gatedApp(
		{rateLimitRule: [9, 60], excludedMethods: ['DELETE'], headers: 'both'},
		router => {
			router.get('/open', bypass(), ok).delete('/ping', ok);
			router.get('/alone', specific({count: 1, window: 5, name: 'alone'}, {standalone: true}), ok);
		},
	);

	t.deepEqual(fields((await http.get('/open')).headers), []);
	t.deepEqual(fields((await http.delete('/ping')).headers), []);
	t.is((await http.get('/alone')).headers['ratelimit-policy'], '"alone";q=1;w=5');
	await gate.ban('127.0.0.1');
	t.deepEqual(fields((await http.get('/ping')).headers), []);
});

const styles: ReadonlyArray<[GatekeeperOptions['headers'], string[]]> = [
	[undefined, draft],
	['draft', draft],
	['legacy', legacy],
	['both', [...draft, ...legacy]],
	[false, []],
];

test('headers chooses the fields; Retry-After stays', async t => {
	for (const [headers, expected] of styles) {
		const {http} = gatedApp({rateLimitRule: [1, 60], ...(headers !== undefined && {headers})});
		t.deepEqual(fields((await http.get('/ping')).headers), expected);
		const refused = await http.get('/ping');
		t.deepEqual(fields(refused.headers), expected);
		t.is(refused.headers['retry-after'], '60');
	}
});

test('the legacy fields tell the tightest rule, its reset in seconds left', async t => {
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
	const told = async (path: string) => {
		const {headers} = await http.get(path);
		return legacy.map(field => headers[field]);
	};

	t.deepEqual(await told('/ping'), ['3', '2', '10']);
	pass(4000);
	t.deepEqual(await told('/ping'), ['3', '1', '6']);
	t.deepEqual(await told('/tight'), ['1', '0', '30']);
	t.deepEqual(await told('/ping'), ['3', '0', '6']);
});

test("a nearer gate's fields replace the farther one's, of whatever style", async t => {
	const outer = {rateLimitRule: {count: 10, window: 60, name: 'outer'}} as const;
	for (const [headers, expected] of [
		['legacy', legacy],
		['draft', draft],
	] as const) {
		const {http} = gatedApp(
			{...outer, headers: headers === 'draft' ? 'legacy' : 'draft'},
			router => {
				router.use(gatekeeper({rateLimitRule: [5, 60], headers}));
			},
		);
		t.deepEqual(fields((await http.get('/ping')).headers), expected);
	}
});

test("a nearer gate without fields leaves the farther one's, but not on its refusal", async t => {
	const {http} = gatedApp({rateLimitRule: [10, 60]}, router => {
		router.use(gatekeeper({rateLimitRule: [1, 60], headers: false}));
	});

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=9;t=60');
	const refused = await http.get('/ping');
	t.is(refused.status, 429);
	t.deepEqual(fields(refused.headers), []);
});
