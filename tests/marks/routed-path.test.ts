import {once} from 'node:events';
import {request} from 'node:http';
import {Router} from '@koa/router';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {bypass, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {overQuota, statuses} from '../support/over-quota.ts';
import {raw, statusOf} from '../support/raw.ts';
import {serve} from '../support/servers.ts';

/** Serves an app. The function returned requests a target as it is: HTTP clients resolve dot segments first. */
async function rawStatuses(
	t: ExecutionContext,
	app: Koa,
): Promise<(target: string) => Promise<number>> {
	const {port} = await serve(t, app);

	return async target =>
		statusOf(
			await raw(port, `GET ${target} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`),
		);
}

const ambiguous = [
	'/public/../expensive',
	'/public/./../expensive',
	'/public/..',
	'/public/%2e%2E/expensive',
	'/public/.%2e/expensive',
	'/public/..%2fexpensive',
	'/public/%252e%252e/expensive',
	'/public/%25%32%65%25%32%65/expensive',
	'/public/.%25%32e/expensive',
	'/public/.%09./expensive',
	'/public/%2e%0a%2e/expensive',
	'/public/..%250d/expensive',
	'/public/..%20',
	'/public/..%00',
	'/public/..%25%32%66expensive',
	`/public/%${'25'.repeat(9)}2e./expensive`,
	'/public/%252525',
	'/public/a%2520b',
	'/public/a%25%32%30b',
	'/public/%%32%65./expensive',
	'/public/%u002e./expensive',
	'/public/%25u002e./expensive',
	'/public/%c2%85',
	'/public\\..\\expensive',
	'/public/..;/expensive',
	'/public/.',
];

test('a path with dot segments is not exempt, in any spelling, nor one that is encoded twice', async t => {
	const {app} = await overQuota(router => {
		router.use('/public', bypass());
		router.get('/*path', ok);
	});
	const ask = await rawStatuses(t, app);

	t.is(await ask('/public/style.css'), 200);
	t.is(await ask('/public/..style/a...b/.well-known/%2edot?next=/a/../b'), 200);
	t.is(await ask('/public/100%25/caf%C3%A9%20/%25zz%25/%'), 200);
	for (const target of ambiguous) {
		t.is(await ask(target), 429, target);
	}
});

test('the rules behind a bypass() apply to a path with dot segments', async t => {
	const {app} = gatedApp({}, router => {
		router.use('/public', bypass());
		router.get('/*path', specific([1, 60]), ok);
	});
	const ask = await rawStatuses(t, app);

	t.is(await ask('/public/style.css'), 200);
	t.is(await ask('/public/style.css'), 200);
	t.is(await ask('/public/../expensive'), 200);
	for (const target of ambiguous) {
		t.is(await ask(target), 429, target);
	}
});

test('a host that changes the path of ctx.URL is not exempt', async t => {
	const {app} = await overQuota((router, koa) => {
		koa.proxy = true;
		router.use('/public', bypass());
		router.get('/*path', ok);
	});
	const {port} = await serve(t, app);
	const ask = async (path: string, host: string, forwarded = '', protocol = '') => {
		const headers = {
			Host: host,
			...(forwarded && {'X-Forwarded-Host': forwarded}),
			...(protocol && {'X-Forwarded-Proto': protocol}),
		};
		const [response] = await once(request({port, path, headers, setHost: false}).end(), 'response');
		response.resume();
		return response.statusCode;
	};

	for (const host of [
		'a.test',
		'a_b.test:8080',
		'[2001:db8::7]:80',
		'192.0.2.1',
		'xn--bcher-kva.test',
	]) {
		t.is(await ask('/public/style.css', host), 200, host);
	}

	t.is(await ask('/public', ''), 200, 'a health check over HTTP/1.0');
	t.is(await ask('/public/style.css', ''), 429);
	for (const host of [
		'x/expensive?',
		'x/expensive#',
		'x\\expensive?',
		'a@',
		'x/',
		'x?',
		'x#',
		'b\u00fccher',
	]) {
		t.is(await ask('/public/style.css', host), 429, host);
	}

	t.is(await ask('/public/style.css', 'a.test', 'x/expensive?'), 429);
	for (const [protocol, status] of [
		['https', 200],
		['https, http', 200],
		['http://x/expensive?', 429],
		['https://x', 429],
		[`https${' '.repeat(2000)}x`, 429],
	] as const) {
		t.is(await ask('/public/style.css', 'a.test', '', protocol), status, protocol);
	}
});

test('a long or odd host is not exempt', async t => {
	for (const proxy of [false, true]) {
		const {http} = await overQuota((_router, koa) => {
			koa.proxy = proxy;
			const bound = new Router({host: /^a\.test/});
			bound.get('/open', bypass(), ok);
			koa.use(bound.routes());
		});
		const ask = async (name: string, host: string) =>
			(await http.get('/open').set('Host', 'a.test').set(name, host)).status;

		t.is(await ask('Host', 'a.test:80'), 200);
		t.is(await ask('Host', `a.test${'.b'.repeat(127)}`), 200, '260 characters');
		t.is(await ask('Host', `a.test${'.b'.repeat(128)}`), 429);
		t.is(await ask('Host', 'user@a.test'), 429);
		t.is(await ask('X-Forwarded-Host', 'a.test, b.test'), 200);
		t.is(await ask('X-Forwarded-Host', 'a.test,  b.test'), proxy ? 429 : 200);
		t.is(await ask('X-Forwarded-Host', 'user@a.test'), proxy ? 429 : 200);
	}
});

test('a long or odd URL is not exempt', async t => {
	const {http, app} = await overQuota(router => {
		router.get('/open/*path', bypass(), ok);
	});
	const longest = `/open/${'a'.repeat(4090)}`;
	const ask = await rawStatuses(t, app);

	t.deepEqual(await statuses(http, [`GET ${longest}`, `GET ${longest}a`]), {
		[`GET ${longest}`]: 200,
		[`GET ${longest}a`]: 429,
	});
	t.is(await ask('/open/a'), 200);
	t.is(await ask('http://a.test/open/a'), 429);
});
