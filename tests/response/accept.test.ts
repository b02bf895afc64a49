import test from 'ava';
import fc from 'fast-check';
import Koa from 'koa';
import {refuseUpgrade} from '../../source/index.ts';
import {PROBLEM, prefersProblem} from '../../source/response/negotiate.ts';
import {gatedApp} from '../support/gated-app.ts';
import {raw} from '../support/raw.ts';
import {runs} from '../support/runs.ts';
import {serve} from '../support/servers.ts';

/** Headers that make negotiation quadratic, costly because of their length, or both. */
const hostile = ['"'.padEnd(8000, ','), 'a/b,'.repeat(2000), `a/b;a="${';'.repeat(8000)}`];

const full = {rateLimitRule: [1, 60]} as const;

test('a long Accept header is not negotiated, and the client gets text', async t => {
	const {http} = gatedApp(full);
	await http.get('/ping');

	for (const accept of [...hostile, `a${',image/png'.repeat(15)}`]) {
		const {status, headers} = await http.get('/ping').set('Accept', `application/json,${accept}`);
		t.is(status, 429);
		t.is(headers['content-type'], 'text/plain; charset=utf-8');
	}
});

test('an Accept header of up to 160 characters is negotiated', async t => {
	const {http} = gatedApp(full);
	await http.get('/ping');

	const accept = `application/json${',image/png'.repeat(14)},a/b`;
	t.is(accept.length, 160);
	t.is((await http.get('/ping').set('Accept', accept)).headers['content-type'], PROBLEM);
	const longer = await http.get('/ping').set('Accept', `${accept}c`);
	t.is(longer.headers['content-type'], 'text/plain; charset=utf-8');
});

test('onRefused sees no long Accept header, so that negotiating and redirecting stay cheap', async t => {
	const seen: unknown[] = [];
	const {http} = gatedApp({
		...full,
		onRefused: ctx => {
			seen.push(ctx.get('Accept'), ctx.request.headers.accept, ctx.accepts('html'));
			ctx.redirect('/slow-down');
		},
	});
	await http.get('/ping');

	for (const accept of hostile) {
		await http.get('/ping').set('Accept', accept).redirects(0);
		t.deepEqual(seen.splice(0), ['', undefined, 'html']);
	}
});

test('listeners of `refused` see no long Accept header either; a dry run takes nothing from a request', async t => {
	for (const [dryRun, seen] of [
		[false, ''],
		[true, hostile[0]],
	] as const) {
		const accepted: Array<string | undefined> = [];
		const {gate, http} = gatedApp({...full, dryRun});
		gate.on('refused', ({ctx}) => accepted.push(ctx?.get('Accept')));
		await http.get('/ping');
		await http.get('/ping').set('Accept', hostile[0] ?? '');

		t.deepEqual(accepted, [seen]);
	}
});

test('what stands before the gate sees no long Accept header of a request that the gate cannot read', async t => {
	const {app} = gatedApp({ipHeader: 'X-Forwarded-For'});
	const seen: unknown[] = [];
	app.middleware.unshift(async (ctx, next) => {
		await next();
		seen.push(ctx.status, ctx.get('Accept'));
	});
	const {port} = await serve(t, app);
	for (const [target, lines, status] of [
		['/ping#', '', 400],
		['//a#b', '', 400],
		// A thousand with the others: newer versions of Node.js refuse more themselves.
		['/ping', 'a:\r\n'.repeat(997), 431],
	] as const) {
		await raw(
			port,
			`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: ${hostile[0]}\r\n${lines}\r\n`,
		);
		t.deepEqual(seen.splice(0), [status, '']);
	}
});

test('onRefused sees no long header of any other negotiation', async t => {
	const names = ['accept', 'accept-charset', 'accept-encoding', 'accept-language'];
	const seen: unknown[] = [];
	const {http} = gatedApp({
		...full,
		onRefused: ctx => {
			seen.push(names.map(name => ctx.get(name).length));
		},
	});
	await http.get('/ping');
	for (const length of [160, 161]) {
		await http.get('/ping').set(Object.fromEntries(names.map(name => [name, 'a'.repeat(length)])));
	}

	t.deepEqual(seen, [Array(4).fill(160), Array(4).fill(0)]);
});

test('listeners of `refused` see no long Accept header of an upgrade', async t => {
	const {app, gate} = gatedApp(full);
	const {server, port} = await serve(t, app);
	const accepted: Array<string | undefined> = [];
	gate.on('refused', ({ctx}) => accepted.push(ctx?.get('Accept')));
	server.on('upgrade', async (req, socket) => {
		await gate.check(app, req);
		refuseUpgrade(socket, {status: 429, text: 'refused'});
	});

	for (let sent = 0; sent < 2; sent += 1) {
		await raw(
			port,
			`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAccept: ${hostile[0]}\r\n\r\n`,
		);
	}

	t.deepEqual(accepted, ['']);
});

test('an admitted request keeps its Accept header, however long', async t => {
	const {http} = gatedApp({}, router => {
		router.get('/length', ctx => {
			ctx.body = String(ctx.get('Accept').length);
		});
	});

	const [accept = ''] = hostile;
	t.is((await http.get('/length').set('Accept', accept)).text, '8000');
});

test('onRefused sees the Accept header of a browser', async t => {
	const chrome =
		'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';
	const {http} = gatedApp({
		...full,
		onRefused: ctx => {
			ctx.body = ctx.get('Accept');
		},
	});
	await http.get('/ping');

	t.is((await http.get('/ping').set('Accept', chrome)).text, chrome);
});

const parameter = fc.constantFrom('', ';q=0', ';q=0.5', ';q=1', ';a=b', ';charset="json"');
const range = fc
	.tuple(fc.constantFrom('*', 'text', 'application', 'image', 'TEXT'), parameter)
	.chain(([type, parameters]) =>
		fc
			.constantFrom('*', 'plain', 'html', 'json', 'problem+json', 'xml', 'JSON', '')
			.map(subtype => `${type}/${subtype}${parameters}`),
	);
const anyAccept = fc.oneof(
	fc.array(range, {maxLength: 6}).map(ranges => ranges.join(', ')),
	fc.string(),
);

test('a header prefers a problem document exactly when content negotiation does', t => {
	const app = new Koa();
	const property = fc.property(anyAccept, accept => {
		fc.pre(accept.length <= 160);
		const headers = {accept};
		const ctx = app.createContext({headers} as never, {} as never);
		const negotiated = ctx.accepts('text/plain', PROBLEM, 'application/json');

		return prefersProblem(ctx) === (negotiated !== false && negotiated !== 'text/plain');
	});

	t.notThrows(() => fc.assert(property, {numRuns: runs(500)}));
});
