/* A scanner asks for files that are not there, and then for pages, until it is banned. */
import type {GatekeeperOptions} from '../../../source/index.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {bansOf} from '../../support/gated-app.ts';
import {repeat} from '../../support/recipe.ts';
import {visitedApp} from '../../support/visitors.ts';

const HOUR = 3_600_000;

const options: GatekeeperOptions = {
	rateLimitRule: [20, '1m'],
	banRule: [10, '1m', '1h'],
	reportWhen: [404, 429],
};

onEveryStore(
	'a scanner that walks 404s is banned with the tenth, and others go on',
	async (t, {store, pass}) => {
		const {visitor, gate} = await visitedApp(t, {store, ...options});
		const [scanner, reader] = [visitor('203.0.113.7'), visitor('198.51.100.1')];
		let file = 0;
		const scan = () => {
			file += 1;
			return scanner.get(`/backup-${file}.sql`);
		};

		t.is((await reader.get('/old-link')).status, 404);
		t.deepEqual(await repeat(12, scan), [...Array(10).fill(404), 403, 403]);
		const refused = await scanner.get('/ping');
		t.is(refused.status, 403);
		t.is(refused.headers['retry-after'], '3600');
		t.is(refused.headers.ratelimit, undefined);
		t.deepEqual(await bansOf({gate}), [
			{client: '203.0.113.7', by: 'reports', reason: 'HTTP 404', retryAfter: 3600},
		]);
		t.is((await reader.get('/ping')).status, 200, 'one dead link bans nobody');

		await pass(HOUR - 1);
		t.is((await scan()).status, 403);
		await pass(1);
		t.is((await scan()).status, 404);
	},
);

onEveryStore(
	'a scanner that then hammers a page is banned by its 404s and 429s together',
	async (t, {store, pass}) => {
		const {visitor, gate} = await visitedApp(t, {store, ...options});
		const scanner = visitor('203.0.113.7');

		t.deepEqual(await repeat(5, () => scanner.get('/backup.sql')), Array(5).fill(404));
		t.deepEqual(await repeat(22, () => scanner.get('/ping')), [
			...Array(15).fill(200),
			...Array(5).fill(429),
			403,
			403,
		]);
		t.like(await bansOf({gate}), [{reason: 'HTTP 429'}]);
		await pass(HOUR);
		t.is((await scanner.get('/ping')).status, 200);
	},
);

onEveryStore(
	'a client that waits as long as its 429 says is never banned',
	async (t, {store, pass}) => {
		const {visitor, gate} = await visitedApp(t, {store, ...options});
		const poller = visitor('198.51.100.1');

		for (let minute = 0; minute < 5; minute += 1) {
			t.deepEqual(await repeat(20, () => poller.get('/ping')), Array(20).fill(200));
			const refused = await poller.get('/ping');
			t.is(refused.status, 429);
			await pass(Number(refused.headers['retry-after']) * 1000);
		}

		t.deepEqual(await bansOf({gate}), []);
	},
);
