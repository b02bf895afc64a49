import {IncomingMessage, ServerResponse} from 'node:http';
import {Socket} from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import Koa, {type Context} from 'koa';
import {fromBrowser, fromOtherSite} from '../../source/index.ts';
import {runs} from '../support/runs.ts';

type Headers = Readonly<Record<string, string>>;

/** The context of a request, which need not be one that Node.js lets through. */
function contextOf(headers: Headers, {proxy = false, url = '/'} = {}): Context {
	const req = new IncomingMessage(new Socket());
	const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
	Object.assign(req, {method: 'GET', url, headers: Object.fromEntries(named)});

	return new Koa({proxy}).createContext(req, new ServerResponse(req));
}

const prefetch = {'Sec-Purpose': 'prefetch'};
const elsewhere = {Origin: 'https://elsewhere.example'};

/** The host of every request is site.example. */
const rows: ReadonlyArray<[headers: Headers, isOfOtherSite: boolean, isOfBrowser: boolean]> = [
	// A script, or an image on plain HTTP.
	[{}, false, false],
	[{Referer: 'https://elsewhere.example/'}, false, false],
	[{'Sec-Fetch-Mode': 'cors'}, false, false],
	[{'Sec-Fetch-Site': 'cross-site'}, true, true],
	[{'Sec-Fetch-Site': 'same-site'}, false, true],
	[{'Sec-Fetch-Site': 'same-origin'}, false, true],
	[{'Sec-Fetch-Site': 'none'}, false, true],
	// It says more than Origin, which a proxy's Host may differ from, and which a page may make `null`.
	[{'Sec-Fetch-Site': 'same-origin', ...elsewhere}, false, true],
	[{'Sec-Fetch-Site': 'same-origin', Origin: 'null'}, false, true],
	// A WebSocket that was redirected, in WebKit.
	[{'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'websocket', ...elsewhere}, true, true],
	[
		{
			'Sec-Fetch-Site': 'same-origin',
			'Sec-Fetch-Mode': 'websocket',
			Origin: 'https://site.example',
		},
		false,
		true,
	],
	[{'Sec-Fetch-Site': 'same-site', ...elsewhere}, false, true],
	[{'Sec-Fetch-Site': 'cross-site', Origin: 'https://site.example'}, true, true],
	// A prefetch that a page has asked for, by speculation rules or a link.
	[{'Sec-Fetch-Site': 'none', ...prefetch}, true, true],
	[{'Sec-Fetch-Site': 'none', 'Sec-Purpose': 'prefetch;prerender'}, true, true],
	[{'Sec-Fetch-Site': 'same-site', ...prefetch}, true, true],
	[{'Sec-Fetch-Site': 'cross-site', ...prefetch}, true, true],
	[{'Sec-Fetch-Site': 'same-origin', ...prefetch}, false, true],
	[prefetch, true, true],
	// A background fetch, by a service worker.
	[{'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', ...elsewhere}, true, true],
	[{'Sec-Fetch-Site': 'none', Origin: 'https://site.example'}, false, true],
	// A background fetch, or one for WebAuthn, that a server has redirected: with headers that the page has chosen.
	[{'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'no-cors'}, true, true],
	[{'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate'}, false, true],
	[{...prefetch, Origin: 'https://site.example'}, true, true],
	// A WebSocket, a report, a preflight, a POST on plain HTTP.
	[elsewhere, true, true],
	[{Origin: 'null'}, true, true],
	[{Origin: ''}, true, true],
	[{Origin: 'https://site.example'}, false, true],
	[{Origin: 'http://site.example'}, false, true],
	[{Origin: 'https://site.example:443'}, false, true],
	[{Origin: 'http://site.example:8080'}, true, true],
	[{Origin: 'https://app.site.example'}, true, true],
	[{Origin: 'https://site.example.elsewhere.example'}, true, true],
	[{Origin: 'https://site.example@elsewhere.example'}, true, true],
	[{Origin: 'https://site.example, https://elsewhere.example'}, true, true],
	[{Origin: 'ftp://site.example'}, true, true],
	[{Origin: 'http://[::1/x'}, true, true],
	// Browsers send no such value: it says nothing.
	[{'Sec-Fetch-Site': ''}, false, true],
	[{'Sec-Fetch-Site': 'CROSS-SITE', ...elsewhere}, true, true],
	[{'Sec-Fetch-Site': 'same-origin, cross-site', ...elsewhere}, true, true],
];

for (const [headers, isOfOtherSite, isOfBrowser] of rows) {
	test(`for ${JSON.stringify(headers)}, fromOtherSite() is ${isOfOtherSite} and fromBrowser() ${isOfBrowser}`, t => {
		const ctx = contextOf({Host: 'site.example', ...headers});
		t.is(fromOtherSite(ctx), isOfOtherSite);
		t.is(fromBrowser(ctx), isOfBrowser);
	});
}

test('a page whose origin is listed may send a request, and no other page', t => {
	const origins = ['https://app.example', 'capacitor://localhost', 'http://[::1]:8080'];
	const sent = (headers: Headers) =>
		fromOtherSite(contextOf({Host: 'site.example', ...headers}), origins);

	for (const Origin of origins) {
		t.false(sent({Origin}));
		t.false(sent({'Sec-Fetch-Site': 'cross-site', Origin}));
	}

	for (const Origin of ['https://app.example.', 'http://app.example', 'https://other.example']) {
		t.true(sent({Origin}));
		t.true(sent({'Sec-Fetch-Site': 'cross-site', Origin}));
	}

	t.true(sent({Origin: 'null'}));
	t.true(sent({'Sec-Fetch-Site': 'cross-site'}));
});

test('behind a proxy, the host may be that of the request or the one that the proxy names', t => {
	const headers = {
		Host: '127.0.0.1:3000',
		'X-Forwarded-Host': 'site.example',
		Origin: 'https://site.example',
	};

	t.true(fromOtherSite(contextOf(headers)));
	t.false(fromOtherSite(contextOf(headers, {proxy: true})));
	t.false(fromOtherSite(contextOf({...headers, Origin: 'http://127.0.0.1:3000'}, {proxy: true})));
});

test('over HTTP/2 the host is the authority', t => {
	const origin = {Origin: 'https://site.example'};

	t.false(fromOtherSite(contextOf({':authority': 'site.example', ...origin})));
	t.true(fromOtherSite(contextOf({':authority': 'other.example', ...origin})));
});

test('origins that no browser sends are an error, whatever the request has', t => {
	const bad: ReadonlyArray<[origins: unknown, message: RegExp]> = [
		['https://app.example', /^`origins` must be a list of origins, got 'https:\/\/app.example'$/],
		[null, /^`origins` must be a list of origins, got null$/],
		[new Set(['https://app.example']), /^`origins` must be a list of origins, got Set$/],
		[{}, /^`origins` must be a list/],
		...[
			'https://app.example/',
			'https://App.example',
			'https://app.example:443',
			'https://ann@app.example',
			'https://bücher.example',
			'https://*.example',
			'app.example',
			'file://',
			'null',
			'',
			undefined,
			new URL('https://app.example'),
		].map(
			origin =>
				[
					['https://app.example', origin],
					/^`origins\[1\]` must be an origin as browsers send it, such as 'https:\/\/app\.example', got /,
				] as [unknown, RegExp],
		),
	];

	for (const [origins, message] of bad) {
		for (const headers of [{}, {'Sec-Fetch-Site': 'same-origin'}]) {
			const ask = () => fromOtherSite(contextOf(headers), origins as readonly string[]);
			t.throws(ask, {instanceOf: TypeError, message});
			t.throws(ask, {instanceOf: TypeError, message}, 'nor is a bad list remembered as a good one');
		}
	}

	t.false(fromOtherSite(contextOf({}), []));
});

test('no request makes either of them throw', t => {
	const text = fc.oneof(
		fc.string({unit: 'binary'}),
		fc.constantFrom('null', 'http://[::1/x', 'https://a@[', '[', '@', 'a@b@c', '://', 'cross-site'),
	);
	const headers = fc.dictionary(
		fc.constantFrom(
			'host',
			'origin',
			'sec-fetch-site',
			'sec-purpose',
			'x-forwarded-host',
			':authority',
		),
		text,
	);

	fc.assert(
		fc.property(headers, text, fc.boolean(), (given, url, proxy) => {
			const ctx = contextOf(given, {url, proxy});
			fromOtherSite(ctx, ['https://app.example']);
			fromBrowser(ctx);
		}),
		{numRuns: runs(500)},
	);
	t.pass();
});

test('no long host is parsed: that may take long, and a banned client can send it', t => {
	const long = `${'a'.repeat(253)}.${'b'.repeat(20)}.example`;
	const slow = Array.from(
		{length: 100},
		(_, index) => `%E4%B8%${(128 + (index % 64)).toString(16)}`,
	);
	for (const host of [long, slow.join(''), `${'['.repeat(60_000)}`]) {
		const same = {Host: host, ':authority': host, Origin: `https://${host}`};
		t.true(fromOtherSite(contextOf(same)), 'it is nobody’s own');
	}

	const forwarded = {
		Host: 'site.example',
		'X-Forwarded-Host': `a${' '.repeat(14_000)}`,
		...elsewhere,
	};
	const ctx = contextOf(forwarded, {proxy: true});
	Object.defineProperty(ctx, 'host', {get: () => t.fail('older versions of Koa would split it')});
	t.true(fromOtherSite(ctx));
});
