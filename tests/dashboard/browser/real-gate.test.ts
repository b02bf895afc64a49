import type {ExecutionContext} from 'ava';
import type {Page} from 'playwright-core';
import type {GatekeeperOptions, Store} from '../../../source/index.ts';
import {type DashboardApp, dashboardApp} from '../../support/dashboard/app.ts';
import {visit} from '../../support/dashboard/visit.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {bansOf} from '../../support/gated-app.ts';
import {serve} from '../../support/servers.ts';

const alice = '203.0.113.7';

interface Operated extends DashboardApp {
	/** Opens the page as one more operator. */
	open(): Promise<{page: Page; problems: readonly string[]}>;
}

/** A gate over a store with its dashboard, which operators open in a browser. `/login` reports its client. */
async function operated(
	t: ExecutionContext,
	store: Store,
	options: GatekeeperOptions = {},
): Promise<Operated> {
	const operated = dashboardApp({
		gate: {banRule: [3, 60, 600], ipHeader: 'X-Forwarded-For', store, ...options},
		before: [
			async (ctx, next) => {
				if (ctx.path !== '/login') {
					return next();
				}

				ctx.report({reason: 'wrong password'});
				ctx.status = 401;
			},
		],
	});
	const {origin} = await serve(t, operated.app);

	return {...operated, open: () => visit(t, `${origin}/gate`)};
}

onEveryStore(
	'a ban by reports appears without a reload, and its button lets the client in again',
	async (t, {store}) => {
		const {from, open} = await operated(t, store);
		const {page, problems} = await open();
		await page.evaluate('globalThis.isSamePage = true');
		for (let guess = 0; guess < 3; guess += 1) {
			t.is((await from(alice).post('/login')).status, 401);
		}

		t.is((await from(alice).get('/ping')).status, 403);
		const row = page.getByRole('row', {name: `${alice} wrong password After reports`});
		await row.waitFor();
		await page.getByRole('row', {name: `${alice} 1 Banned after reports (ban)`}).waitFor();
		await row.getByRole('button', {name: `Unban ${alice}`}).click();
		await row.waitFor({state: 'detached'});

		t.is((await from(alice).get('/ping')).status, 200);
		t.true(await page.evaluate('isSamePage'));
		t.deepEqual(problems, []);
	},
);

onEveryStore(
	'the form bans an address, a range and a key, and shows what is wrong with other texts',
	async (t, {store}) => {
		const {gate, from, open} = await operated(t, store, {
			key: ctx => ctx.get('X-User') || undefined,
		});
		const {page, problems} = await open();
		const ban = async (client: string, duration: string, kind = 'address') => {
			await page.getByLabel('Client', {exact: true}).fill(client);
			await page.getByLabel('Type').selectOption(kind);
			await page.getByLabel('Duration').fill(duration);
			await page.getByRole('button', {name: 'Ban', exact: true}).click();
		};

		await ban('nobody', '10m');
		await page.getByText('This is not a client').waitFor();
		await ban(alice, 'soon');
		await page.getByText('Write a duration with its unit').waitFor();
		t.deepEqual(await bansOf({gate}), []);

		await ban(alice, '10m');
		await page.getByRole('row', {name: `${alice} none given By hand in 10 min`}).waitFor();
		await ban('198.51.100.0/24', 'endless');
		await page.getByRole('row', {name: '198.51.100.0/24 none given By hand never'}).waitFor();
		await ban('ann', '', 'key');
		await page.getByRole('row', {name: 'key:ann none given By hand in'}).waitFor();

		t.is((await from(alice).get('/ping')).status, 403);
		t.is((await from('198.51.100.9').get('/ping')).status, 403);
		t.is((await from('192.0.2.1').set('X-User', 'ann').get('/ping')).status, 403);
		t.is((await from('192.0.2.1').get('/ping')).status, 200);
		t.deepEqual(
			problems.filter(problem => !problem.includes('400')),
			[],
		);
	},
);

onEveryStore(
	'what one operator bans and ends, another sees without a reload',
	async (t, {store}) => {
		const {gate, open} = await operated(t, store);
		const [one, other] = [(await open()).page, (await open()).page];
		const rowIn = (page: Page) => page.getByRole('row', {name: alice});

		await one.getByLabel('Client', {exact: true}).fill(alice);
		await one.getByRole('button', {name: 'Ban', exact: true}).click();
		await rowIn(other).waitFor();
		await rowIn(other)
			.getByRole('button', {name: `Unban ${alice}`})
			.click();
		await rowIn(one).waitFor({state: 'detached'});
		t.deepEqual(await bansOf({gate}), []);
	},
);

onEveryStore(
	'a client is looked up with its quotas and how it was identified, and reset',
	async (t, {store}) => {
		const {from, open} = await operated(t, store, {
			rateLimitRule: {count: 2, window: 60, name: 'minute'},
			allow: ['loopback'],
		});
		const {page, problems} = await open();
		for (const status of [200, 200, 429]) {
			t.is((await from(alice).get('/ping')).status, status);
		}

		await page.getByLabel('Look up a client').fill(alice);
		await page.getByRole('button', {name: 'Look up'}).click();
		await page.getByText('2 of 2 in 60 s').waitFor();
		await page.getByText('A trusted proxy connects, and its header names this client.').waitFor();
		await page.getByRole('button', {name: 'Reset the counts'}).click();
		await page.getByText('0 of 2 in 60 s').waitFor();
		t.is((await from(alice).get('/ping')).status, 200);
		t.deepEqual(problems, []);
	},
);
