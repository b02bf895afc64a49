import {Router} from '@koa/router';
import test from 'ava';
import {bypass} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {raw} from '../support/raw.ts';
import {serve} from '../support/servers.ts';

test('no path, method or host that a client sends reaches a limited handler more often than its quota', async t => {
	let reached = 0;
	const {app} = gatedApp({rateLimitRule: [2, 60]}, (router, koa) => {
		router.get('/open', bypass(), ok);
		router.all(['/closed', '/closed/{*rest}', '/{*any}'], ctx => {
			reached += 1;
			ok(ctx);
		});
		koa.use(new Router({host: 'open.example'}).all('/closed', bypass(), ok).routes());
	});
	const {port} = await serve(t, app);
	const paths = [
		...['/closed', '/CLOSED', '/closed/', '//closed', '/closed//', '/./closed', '/open/../closed'],
		...['/%63losed', '/closed%00', '/closed%2f', '/closed?/open', '/closed#/open', '/open;/closed'],
		...['/closed/open', '/open/closed', '/open%20', '/open%', '\\open', '/OPEN/x', '/open//', '*'],
		...['http://open.example/closed', 'http://open.example/open/x', 'open', '/\u00fc', '/opén'],
	];
	const methods = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND', 'get', 'GETT'];
	const hosts = ['open.example', 'OPEN.example', 'open.example:80', '', 'a\tb', '[::1'];

	for (const path of paths) {
		for (const method of methods) {
			for (const host of hosts) {
				await raw(port, `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
			}
		}
	}

	t.true(reached > 0 && reached <= 2, `reached ${reached} times`);
});
