import mount from 'koa-mount';
import {onBothStores} from '../../support/both-stores.ts';
import {dashboardApp} from '../../support/dashboard/app.ts';
import {visit} from '../../support/dashboard/visit.ts';
import {serve} from '../../support/servers.ts';

onBothStores(
	'an operator watches a ban appear and ends it, and the client is admitted again',
	async (t, {store}) => {
		const {app, from} = dashboardApp({
			gate: {store, banRule: [3, 60, 600], ipHeader: 'X-Forwarded-For'},
			before: [
				async (ctx, next) => {
					if (ctx.path !== '/guess') {
						return next();
					}

					ctx.report({reason: 'wrong password'});
					ctx.status = 401;
				},
			],
			mount: (koa, page) => koa.use(mount('/admin/gate', page)),
		});
		const {origin} = await serve(t, app);
		const {page, problems} = await visit(t, `${origin}/admin/gate`);
		const row = page.getByRole('row', {name: /^203\.0\.113\.5 wrong password reports in 10 min/});
		t.false(await row.isVisible());

		for (let guess = 0; guess < 3; guess += 1) {
			t.is((await from('203.0.113.5').get('/guess')).status, 401);
		}

		t.is((await from('203.0.113.5').get('/ping')).status, 403);
		await row.waitFor();
		await row.getByRole('button').click();
		await row.waitFor({state: 'detached'});
		t.is((await from('203.0.113.5').get('/ping')).status, 200);
		t.deepEqual(problems, []);
	},
);

onBothStores('an operator bans a client and looks it up, and it is refused', async (t, {store}) => {
	const {app, from} = dashboardApp({
		gate: {store, rateLimitRule: [99, 60], ipHeader: 'X-Forwarded-For'},
	});
	const {origin} = await serve(t, app);
	for (const javaScriptEnabled of [true, false]) {
		const client = `203.0.113.${Number(javaScriptEnabled)}`;
		t.is((await from(client).get('/ping')).status, 200);
		const {page} = await visit(t, origin, {
			javaScriptEnabled,
			// The operator is a client of the gate, too.
			extraHTTPHeaders: {'X-Forwarded-For': `198.51.100.1`},
		});
		await page.getByLabel('Client', {exact: true}).fill(client);
		await page.getByLabel('Duration').fill('1h');
		await page.getByRole('button', {name: 'Ban', exact: true}).click();
		await page.getByRole('row', {name: client}).waitFor();
		t.is((await from(client).get('/ping')).status, 403);

		await page.getByRole('link', {name: client}).first().click();
		await page.getByRole('heading', {name: client}).waitFor();
		await page.getByText('1 of 99 in 60 s').waitFor();
		t.true(await page.getByRole('button', {name: `End the ban of ${client}`}).isVisible());
	}
});
