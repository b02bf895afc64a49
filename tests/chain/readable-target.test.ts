import {IncomingMessage, ServerResponse} from 'node:http';
import {Socket} from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import Koa from 'koa';
import {hasReadableTarget} from '../../source/chain/readable-target.ts';
import {runs} from '../support/runs.ts';

function contextOf(url: string | undefined): Koa.Context {
	const req = new IncomingMessage(new Socket());
	req.url = url as string;
	return new Koa().createContext(req, new ServerResponse(req));
}

for (const target of [
	'/',
	'//who',
	'/\\who',
	'//who@a/health',
	'/a path',
	'/caf\u{c3}\u{a0}',
	'/?a=http://b@c/',
	'*',
	'http://a.test',
	'HTTPS://a.test:8443?b',
	'http://[::1]:80/who',
	`http://a/${'a'.repeat(4000)}`,
	`/${'a'.repeat(60_000)}`,
	undefined,
]) {
	test(`Koa can read ${target?.slice(0, 20)}`, t => {
		t.true(hasReadableTarget(contextOf(target)));
	});
}

for (const target of [
	'',
	'who',
	'http://[::1/who',
	'http://:80?who',
	'http://:',
	'//a@[::1#',
	'//who@a/health#',
	'//who@a/health\u{a0}',
	'/\\who@a/health\t',
	'//who@a:99999999 ',
	'/health#/../who',
	'/#',
	`/${'a'.repeat(4100)}\u{a0}`,
	'foo://a',
	'foo://a/health',
	'javascript:1',
	'http://who@a/health',
	'http://a\\who/health',
	'http://a/health#',
	'http://a/health\u{a0}',
	`http://${'a'.repeat(300)}/health`,
	`http://a/${'a'.repeat(4100)}`,
]) {
	test(`Koa cannot read ${JSON.stringify(target.slice(0, 20))} as it is`, t => {
		t.false(hasReadableTarget(contextOf(target)));
	});
}

/** What Koa escapes, and leaves out at the end, aside. */
function plain(path: string): string {
	return unescape(path.replaceAll('\\', '/')).trim();
}

test('Koa reads the path that is there, whatever it is', t => {
	const part = fc.constantFrom(
		...'/\\@#?:.[]% \t\u{a0}\u{feff};a',
		...['//', 'http://', 'a@', '/health', '..', '%2e', '%', '[::1'],
	);
	const target = fc.array(part, {maxLength: 12}).map(parts => parts.join(''));

	t.notThrows(() =>
		fc.assert(
			fc.property(target, rest => {
				const url = `/${rest}`;
				const ctx = contextOf(url);
				const [written = ''] = url.split('?', 1);
				return !hasReadableTarget(ctx) || plain(ctx.path) === plain(written);
			}),
			{numRuns: runs(3000)},
		),
	);
});

test('Koa reads the path of an address, whatever it is, and the gate parses none of it', t => {
	const host = fc.array(fc.constantFrom(...'a.-_:[]0'.split(''), 'xn--', '::1'), {maxLength: 6});
	const after = fc.constantFrom('', '?', '/');
	const path = fc.array(fc.constantFrom(..."/?{^'%@:\\ \xff".split(''), '[::1', 'a@'), {
		maxLength: 9,
	});

	t.notThrows(() =>
		fc.assert(
			fc.property(host, after, path, (names, sign, parts) => {
				const ctx = contextOf(`http://${names.join('')}${sign}${parts.join('')}`);
				const isReadable = hasReadableTarget(ctx);
				return !('_parsedUrl' in ctx.req) && (!isReadable || typeof ctx.path === 'string');
			}),
			{numRuns: runs(3000)},
		),
	);
});
