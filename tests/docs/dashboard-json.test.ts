import test from 'ava';
import mount from 'koa-mount';
import type {DashboardData} from '../../source/dashboard.ts';
import {dashboardApp} from '../support/dashboard/app.ts';
import {readPage, sample} from '../support/documents.ts';
import {serve} from '../support/servers.ts';

const heading = 'As JSON, for scripts';

test('the curl lines of docs/watching.md ban a client, list it, look it up and unban it', async t => {
	const {app} = dashboardApp({mount: (one, page) => one.use(mount('/gate', page))});
	const {origin} = await serve(t, app);
	const lines = (await sample('docs/watching.md', heading, 'sh')).trim().split('\n');
	const answers: unknown[] = [];
	for (const line of lines) {
		const [, path, type, body] =
			/^curl '?http:\/\/127\.0\.0\.1:3000([^\s']+)'?(?: -H 'Content-Type: (\S+)' -d '(.+)')?$/.exec(
				line,
			) ?? [];
		const response = await fetch(
			origin + path,
			type === undefined || body === undefined
				? {}
				: {method: 'POST', headers: {'Content-Type': type}, body},
		);
		t.is(response.status, 200, line);
		answers.push(await response.json());
	}

	const [banned, listed, found, unbanned] = answers as [
		unknown,
		DashboardData,
		DashboardData,
		unknown,
	];
	t.deepEqual(banned, JSON.parse(await sample('docs/watching.md', heading, 'json')));
	const ban = {client: '203.0.113.7', by: 'hand', reason: 'scraper', retryAfter: 600} as const;
	t.deepEqual(listed.bans.entries, [ban]);
	t.like(found.found, {ban});
	t.like(unbanned, {message: '203.0.113.7 is no longer banned.'});
	t.is(answers.length, 4);
});

test('docs/watching.md describes every field of the JSON', async t => {
	const {http} = dashboardApp();
	const {body} = await http.get('/?format=json&client=192.0.2.1');
	const section = (await readPage('docs/watching.md')).split('With `?format=json`')[1] ?? '';
	const rows = [...section.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, names = '']) =>
		[...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
	);

	t.deepEqual(rows.sort(), Object.keys(body).sort());
});
