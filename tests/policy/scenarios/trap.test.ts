/*
 * A page elsewhere has its visitors request a trap of ours, to have them banned: by images, WebSockets, prefetches and
 * reports of their browsers. So does a post on a page of ours, by images.
 */
import {fromBrowser} from '../../../source/index.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {bansOf} from '../../support/gated-app.ts';
import {visitedApp} from '../../support/visitors.ts';

/** What a browser sends for an image of ours on a page elsewhere. */
const asImage = {
	'Sec-Fetch-Site': 'cross-site',
	'Sec-Fetch-Mode': 'no-cors',
	'Sec-Fetch-Dest': 'image',
};

/** What it sends for the others. */
const asWebSocket = {Origin: 'https://elsewhere.example'};
const asPrefetch = {'Sec-Fetch-Site': 'none', 'Sec-Purpose': 'prefetch'};
const asReport = {...asWebSocket, 'Content-Type': 'application/reports+json'};

onEveryStore(
	'a page elsewhere that has a trap requested bans none of its visitors, and a scanner is banned',
	async (t, {store, pass}) => {
		const {visitor, gate} = await visitedApp(t, {store, banRule: [3, '1m', '10m']}, router => {
			router.all('/wp-login.php', ctx => {
				if (!fromBrowser(ctx)) {
					ctx.ban({duration: '1d', reason: 'trap'});
				}
			});
		});

		for (let number = 1; number <= 20; number += 1) {
			const reader = visitor(`198.51.100.${number}`);
			for (const site of ['cross-site', 'same-site', 'same-origin']) {
				const image = {...asImage, 'Sec-Fetch-Site': site};
				t.is((await reader.get('/wp-login.php', image)).status, 404);
			}

			t.is((await reader.get('/wp-login.php', asWebSocket)).status, 404);
			t.is((await reader.get('/wp-login.php', asPrefetch)).status, 404);
			t.is((await reader.post('/wp-login.php', asReport)).status, 404);
			t.is((await reader.get('/ping')).status, 200);
		}

		t.deepEqual(await bansOf({gate}), []);

		const scanner = visitor('203.0.113.7');
		t.is((await scanner.post('/wp-login.php')).status, 404, 'the trap looks like any other path');
		const refused = await scanner.get('/ping');
		t.is(refused.status, 403);
		t.is(refused.headers['retry-after'], '86400');
		t.is((await scanner.get('/wp-login.php', asImage)).status, 403);
		t.deepEqual(await bansOf({gate}), [
			{client: '203.0.113.7', by: 'hand', reason: 'trap', retryAfter: 86_400},
		]);

		const curious = visitor('198.51.100.1');
		t.is((await curious.get('/wp-login.php', {'Sec-Fetch-Site': 'none'})).status, 404);
		t.is((await curious.get('/ping')).status, 200, 'who opens a link in a mail means no harm');

		const forger = visitor('203.0.113.8');
		t.is((await forger.get('/wp-login.php', asImage)).status, 404);
		t.is((await forger.get('/ping')).status, 200, 'who sends such a header escapes the trap');

		await pass(86_400_000);
		t.is((await scanner.get('/ping')).status, 200);
	},
);
