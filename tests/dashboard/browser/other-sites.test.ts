/*
 * Nothing of the dashboard: what a real browser sends for a page on another site. It shares the dashboard's browser.
 * http://localhost and http://127.0.0.1 are two sites, and a browser trusts both as it trusts HTTPS.
 */
import test from 'ava';
import {fromBrowser, fromOtherSite} from '../../../source/index.ts';
import {openBrowser} from '../../support/dashboard/visit.ts';
import {bansOf, gatedApp} from '../../support/gated-app.ts';
import {latch} from '../../support/latch.ts';
import {serve} from '../../support/servers.ts';

/** A page that has a trap requested in each way in which a page can. */
function luringPage(host: string): string {
	const rules = {prefetch: [{urls: [`http://${host}/trap/prefetch`], eagerness: 'immediate'}]};

	return `<!doctype html>
		<img src="http://${host}/trap/image">
		<iframe name="frame"></iframe>
		<form method="post" action="http://${host}/trap/form" target="frame"></form>
		<script type="speculationrules">${JSON.stringify(rules)}</script>
		<script>
			document.forms[0].submit();
			new WebSocket('ws://${host}/trap/socket');
		</script>`;
}

test('a page on another site has its visitor request a trap in vain, and a script that does is banned', async t => {
	let seen: Record<string, boolean> = {};
	let {all, release} = latch();
	const {app, gate} = gatedApp({rateLimitRule: [100, 60]}, (router, app) => {
		// Before the gate, so that it sees what a ban refuses, too.
		app.middleware.unshift(async (ctx, next) => {
			await next();
			const [, way] = /^\/trap\/(\w+)$/.exec(ctx.path) ?? [];
			if (way !== undefined) {
				seen[way] = fromOtherSite(ctx);
			}

			if (Object.keys(seen).length === 4) {
				release();
			}
		});
		router.get('/', ctx => {
			ctx.body = luringPage(`127.0.0.1:${port}`);
		});
		router.all('/trap/:way', ctx => {
			if (!fromBrowser(ctx)) {
				ctx.ban({duration: '1d', reason: 'trap'});
			}

			ctx.status = 404;
		});
	});
	const {port, origin} = await serve(t, app);
	const {page} = await openBrowser(t);

	for (const [host, isOther] of [
		['localhost', true],
		['127.0.0.1', false],
	] as const) {
		seen = {};
		({all, release} = latch());
		await page.goto(`http://${host}:${port}/`);
		await all;
		// A prefetch says `none` in either case: the browser asks again when its visitor goes there.
		t.deepEqual(seen, {image: isOther, form: isOther, socket: isOther, prefetch: true});
		t.deepEqual(await bansOf({gate}), []);
	}

	t.is((await fetch(`${origin}/trap/script`)).status, 404);
	t.is((await fetch(origin)).status, 403);
});
