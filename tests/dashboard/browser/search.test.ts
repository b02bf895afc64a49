import test from 'ava';
import {servePage} from '../../support/dashboard/page-server.ts';
import {attack, found} from '../../support/dashboard/sample-data.ts';
import {until, visit} from '../../support/dashboard/visit.ts';

test('a search shows how a client stands, without a new page, and the way back works', async t => {
	const served = await servePage(t, attack);
	const {page, problems} = await visit(t, served.url);
	const heading = page.getByRole('heading', {name: '203.0.113.144'});
	await page.evaluate('globalThis.isSamePage = true');

	await page.getByLabel('Reason').fill('half typed');
	await page.getByLabel('Look up a client').fill('203.0.113.144');
	served.data = found;
	await page.getByLabel('Look up a client').press('Enter');
	await heading.waitFor();
	await until(page, 'document.activeElement.id === "found-title"');
	t.is(page.url(), `${served.url}?client=203.0.113.144`);
	t.is(served.questions.at(-1), '203.0.113.144');
	t.true(await page.getByText('63 of 100 in 60 s').isVisible());

	served.data = attack;
	await page.goBack();
	await heading.waitFor({state: 'detached'});
	t.is(await page.getByLabel('Look up a client').inputValue(), '');
	t.is(await page.getByLabel('Reason').inputValue(), 'half typed');
	t.true(await page.evaluate('isSamePage'));
	t.deepEqual(problems, []);
});

test('a client in a list leads to how it stands', async t => {
	const served = await servePage(t, found);
	const {page} = await visit(t, served.url);

	await page.locator('#clients').getByRole('link', {name: '2001:db8:42:7::/64'}).click();
	await until(page, 'document.activeElement.id === "found-title"');
	t.is(page.url(), `${served.url}?client=2001%3Adb8%3A42%3A7%3A%3A%2F64`);
	t.is(served.questions.at(-1), '2001:db8:42:7::/64');
});

test('from there its counts are reset and its ban ended', async t => {
	const served = await servePage(t, found);
	const {page} = await visit(t, `${served.url}?client=203.0.113.144`);

	await page.getByRole('button', {name: 'Reset the counts of 203.0.113.144'}).click();
	await page
		.locator('#found-result')
		.getByText('The requests and reports of 203.0.113.144')
		.waitFor();
	await page.locator('#client').getByRole('button', {name: 'Unban 203.0.113.144'}).click();
	await page.locator('#found-result').getByText('203.0.113.144 is no longer banned.').waitFor();
	t.deepEqual(
		served.changes.map(({action}) => action),
		['reset', 'unban'],
	);
});

test('without JavaScript a search loads the page of the client', async t => {
	const served = await servePage(t, found);
	const {page} = await visit(t, served.url, {javaScriptEnabled: false});

	await page.getByLabel('Look up a client').fill('203.0.113.144');
	await page.getByRole('button', {name: 'Look up'}).click();
	t.is(page.url(), `${served.url}?client=203.0.113.144`);
	t.true(
		await page
			.locator('#client')
			.getByText('A trusted proxy connects, and its header names this client.')
			.isVisible(),
	);
});

for (const javaScriptEnabled of [true, false]) {
	test(`a card leads to the form for bans with its client in it, JavaScript ${javaScriptEnabled}`, async t => {
		const served = await servePage(t, found);
		const {page, problems} = await visit(t, `${served.url}?client=203.0.113.144`, {
			javaScriptEnabled,
		});

		await page.getByRole('link', {name: 'Ban…'}).click();
		t.is(await page.getByLabel('Client', {exact: true}).inputValue(), '203.0.113.144');
		t.deepEqual(problems, []);
	});
}
