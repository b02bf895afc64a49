import test from 'ava';
import {servePage, withBans} from '../../support/dashboard/page-server.ts';
import {attack, quiet} from '../../support/dashboard/sample-data.ts';
import {visit} from '../../support/dashboard/visit.ts';

const ban = {client: '192.0.2.99', by: 'reports', reason: 'trap', retryAfter: 600} as const;

test('a ban appears without a reload', async t => {
	const served = await servePage(t, attack);
	const {page, problems} = await visit(t, served.url);
	const row = page.getByRole('row', {
		name: '192.0.2.99 trap After reports in 10 min Unban 192.0.2.99',
	});
	await page.evaluate('globalThis.isSamePage = true');
	t.false(await row.isVisible());

	withBans(served, [ban, ...served.data.bans.entries]);
	await row.waitFor();
	t.true(await page.evaluate('isSamePage'));
	t.deepEqual(problems, []);
});

test('focus, selection, scroll position and typed text survive polls', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	await page.getByLabel('Duration').fill('10m');
	const field = page.getByLabel('Client', {exact: true});
	await field.fill('198.51.100.');
	await page.evaluate(`
		document.activeElement.setSelectionRange(3, 7);
		document.querySelector('#history-table').open = true;
		scrollTo(0, 400);
		globalThis.before = scrollY;
	`);

	withBans(served, [ban, ...served.data.bans.entries]);
	await page.getByRole('row', {name: '192.0.2.99'}).waitFor();
	t.is(await field.inputValue(), '198.51.100.');
	t.is(await page.getByLabel('Duration').inputValue(), '10m');
	t.deepEqual(
		await page.evaluate(`[
			document.activeElement.id,
			document.activeElement.selectionStart,
			document.activeElement.selectionEnd,
			document.querySelector('#history-table').open,
		]`),
		['ban-client', 3, 7, true],
	);
	t.true(await page.evaluate('scrollY >= before'));
});

test('the focus stays with a button whose row moves', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const {entries} = attack.bans;
	await page.getByRole('button', {name: 'Unban 203.0.113.144'}).focus();

	withBans(served, [ban, ...entries.toReversed()]);
	await page.getByRole('row', {name: '192.0.2.99'}).waitFor();
	t.is(await page.evaluate('document.activeElement.closest("tr").dataset.key'), '203.0.113.144');
});

test('when the row with the focus vanishes, the focus goes to the heading of its list', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const button = page.getByRole('button', {name: 'Unban 203.0.113.144'});
	await button.focus();

	withBans(served, [ban]);
	await button.waitFor({state: 'detached'});
	t.is(await page.evaluate('document.activeElement.id'), 'bans-title');
});

test('while the pointer is over the list, new bans come last', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const rows = page.locator('#ban-list tbody tr');
	await page.getByRole('row', {name: '203.0.113.144'}).hover();

	withBans(served, [ban, ...served.data.bans.entries]);
	await page.getByRole('row', {name: '192.0.2.99'}).waitFor();
	t.true((await rows.last().innerText()).startsWith('192.0.2.99'));

	await page.getByRole('heading', {level: 1}).hover();
	await page
		.locator('#ban-list tbody tr:first-child')
		.getByRole('link', {name: '192.0.2.99'})
		.waitFor();
});

test('after a failed poll the page says so, asks less and less often, and recovers', async t => {
	const served = await servePage(t, quiet);
	const {page} = await visit(t, served.url, {isClockManual: true});
	const live = page.locator('#live');
	await live.getByText('Live', {exact: true}).waitFor();

	served.status = 500;
	await page.clock.runFor(2000);
	await live.getByText(/has not answered since .*Asking again in 4 s/).waitFor();
	await page.clock.runFor(4000);
	await live.getByText(/Asking again in 8 s/).waitFor();
	await page.clock.runFor(8000);
	await live.getByText(/Asking again in 16 s/).waitFor();
	t.is(served.questions.length, 4);
	await page
		.locator('#spoken')
		.getByText(/has not answered/)
		.waitFor();

	served.status = 200;
	served.data = attack;
	await page.clock.runFor(16_000);
	await live.getByText('Live', {exact: true}).waitFor();
	t.true(await page.locator('.level').getByText('Many refused').isVisible());
});

for (const status of [401, 403, 404, 302]) {
	test(`the page stops asking, and says why, when the answer is ${status}`, async t => {
		const served = await servePage(t, quiet);
		const {page} = await visit(t, served.url, {isClockManual: true});

		served.status = status;
		await page.clock.runFor(2000);
		await page.locator('#live').getByText('You may no longer see this page').waitFor();
		const {length} = served.questions;
		await page.clock.runFor(120_000);
		t.is(served.questions.length, length);
	});
}

test('a hidden tab does not ask, and asks at once when it is shown', async t => {
	const served = await servePage(t, quiet);
	const {page} = await visit(t, served.url, {isClockManual: true});
	const become = (state: string) =>
		page.evaluate(`
			Object.defineProperty(document, 'visibilityState', {value: '${state}', configurable: true});
			document.dispatchEvent(new Event('visibilitychange'));
		`);

	await become('hidden');
	const {length} = served.questions;
	await page.clock.runFor(120_000);
	t.is(served.questions.length, length);

	served.data = attack;
	await become('visible');
	await page.clock.runFor(1);
	await page.locator('.level').getByText('Many refused').waitFor();
});

test('the page can be paused', async t => {
	const served = await servePage(t, quiet);
	const {page} = await visit(t, served.url, {isClockManual: true});

	await page.getByRole('button', {name: 'Pause'}).click();
	await page.locator('#live').getByText('Paused', {exact: true}).waitFor();
	const {length} = served.questions;
	await page.clock.runFor(120_000);
	t.is(served.questions.length, length);

	served.data = attack;
	await page.getByRole('button', {name: 'Resume'}).click();
	await page.clock.runFor(1);
	await page.locator('.level').getByText('Many refused').waitFor();
});

test('the page tells of several processes that answer in turn, and not of one that has replaced another', async t => {
	const served = await servePage(t, quiet);
	const {page} = await visit(t, served.url, {isClockManual: true});
	const note = page.locator('#processes');
	const other = {id: 945, since: quiet.process.since + 3_600_000};

	served.data = {...quiet, process: other};
	await page.clock.runFor(2000);
	await page.getByText('This process (pid 945)').waitFor();
	t.is(await note.innerText(), '');

	served.data = quiet;
	await page.clock.runFor(2000);
	await note
		.getByText('Several processes answer in turn: pid 812 since 12:05, pid 945 since 13:05.')
		.waitFor();
});
