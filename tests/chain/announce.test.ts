import test from 'ava';
import {bypass, type GatekeeperOptions, gatekeeper, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';

const draft = ['ratelimit', 'ratelimit-policy'];
const legacy = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

/** The quota fields that a response has. */
function fields(headers: Record<string, string>): string[] {
	return [...draft, ...legacy].filter(field => field in headers);
}

test('the fields are absent from bans, routes with bypass() and excluded methods', async t => {
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

test('headers chooses the fields, and does not affect Retry-After', async t => {
	for (const [headers, expected] of styles) {
		const {http} = gatedApp({rateLimitRule: [1, 60], ...(headers !== undefined && {headers})});
		t.deepEqual(fields((await http.get('/ping')).headers), expected);
		const refused = await http.get('/ping');
		t.deepEqual(fields(refused.headers), expected);
		t.is(refused.headers['retry-after'], '60');
	}
});

test('the fields of the gate nearer to the handler replace those of the other gate, in any style', async t => {
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

test('a gate without fields leaves those of the gate before it, except on its own refusals', async t => {
	const {http} = gatedApp({rateLimitRule: [10, 60]}, router => {
		router.use(gatekeeper({rateLimitRule: [1, 60], headers: false}));
	});

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=9;t=60');
	const refused = await http.get('/ping');
	t.is(refused.status, 429);
	t.deepEqual(fields(refused.headers), []);
});
