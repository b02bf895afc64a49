import test from 'ava';
import type {Page} from 'playwright-core';
import {servePage} from '../../support/dashboard/page-server.ts';
import {attack, found} from '../../support/dashboard/sample-data.ts';
import {visit} from '../../support/dashboard/visit.ts';
import {latch} from '../../support/latch.ts';

const endButton = (page: Page) => page.getByRole('button', {name: 'Unban 203.0.113.144'});

test('the button of a ban ends it, and the page says so', async t => {
	const served = await servePage(t, attack);
	const {page, problems} = await visit(t, served.url);

	await endButton(page).click();
	await page.locator('#bans-result').getByText('203.0.113.144 is no longer banned.').waitFor();
	await endButton(page).waitFor({state: 'detached'});
	t.deepEqual(served.changes, [{action: 'unban', client: '203.0.113.144'}]);
	t.deepEqual(problems, []);
});

test('a ban that one operator ends vanishes from the page of another', async t => {
	const served = await servePage(t, attack);
	const {page: one} = await visit(t, served.url);
	const {page: other} = await visit(t, served.url);
	await endButton(other).waitFor();

	await endButton(one).click();
	await endButton(other).waitFor({state: 'detached'});
	t.is(served.changes.length, 1);
});

test('a double click ends one ban, not the next one too', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	await endButton(page).scrollIntoViewIfNeeded();
	const box = await endButton(page).boundingBox();
	const [x, y] = [(box?.x ?? 0) + 10, (box?.y ?? 0) + 10];

	await page.mouse.click(x, y, {clickCount: 1});
	await endButton(page).waitFor({state: 'detached'});
	await page.mouse.move(x, y);
	await page.mouse.down({clickCount: 2});
	await page.mouse.up({clickCount: 2});
	await page.getByRole('button', {name: 'Unban 192.0.2.201'}).press('Enter');
	await page.getByRole('button', {name: 'Unban 192.0.2.201'}).waitFor({state: 'detached'});
	t.deepEqual(
		served.changes.map(({client}) => client),
		['203.0.113.144', '192.0.2.201'],
	);
});

test('a button that waits for the answer says so, and sends nothing twice', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const answer = latch();
	served.answer = async ({client = ''}) => {
		await answer.all;
		return {action: 'unban', client, message: 'Done at last.'};
	};

	await endButton(page).click();
	await page.locator('[data-key="203.0.113.144"] [aria-disabled=true]').waitFor();
	await endButton(page).press('Enter');
	answer.release();
	await page.getByText('Done at last.').waitFor();
	await page.locator('[aria-disabled=true]').waitFor({state: 'detached'});
	t.is(served.changes.length, 1);
});

test('what is typed while a ban is on its way stays', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const answer = latch();
	served.answer = async ({client = ''}) => {
		await answer.all;
		return {action: 'ban', client, message: 'Done at last.'};
	};
	const field = page.getByLabel('Client', {exact: true});

	await field.fill('198.51.100.1');
	await field.press('Enter');
	await page.locator('#ban-form[data-busy]').waitFor();
	await field.fill('198.51.100.2');
	answer.release();
	await page.getByText('Done at last.').waitFor();
	t.is(await field.inputValue(), '198.51.100.2');
});

test('the form bans a client by the keyboard alone, and the ban appears', async t => {
	const served = await servePage(t, attack);
	const {page, problems} = await visit(t, served.url);

	await page.getByLabel('Client', {exact: true}).focus();
	await page.keyboard.type('198.51.100.99');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await page.keyboard.type('2h');
	await page.keyboard.press('Tab');
	await page.keyboard.type('scraper');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.getByText('198.51.100.99 is banned for 10 min.').waitFor();
	await page.getByRole('row', {name: '198.51.100.99 scraper'}).waitFor();
	t.deepEqual(served.changes, [
		{action: 'ban', client: '198.51.100.99', kind: 'address', duration: '2h', reason: 'scraper'},
	]);
	t.is(await page.getByLabel('Client', {exact: true}).inputValue(), '');
	t.deepEqual(problems, []);
});

test('every control is reached by the Tab key, in the order of the page, and none holds it', async t => {
	const {url} = await servePage(t, found);
	const {page} = await visit(t, url);
	const controls = 'a[href], button, input:not([type=hidden]), select, summary';
	const reached: unknown[] = [];
	const expected = (await page.evaluate(
		`[...document.querySelectorAll('${controls}')].map(element => element.outerHTML)`,
	)) as unknown[];

	for (const _ of expected) {
		await page.keyboard.press('Tab');
		reached.push(await page.evaluate('document.activeElement.outerHTML'));
		t.true(await page.evaluate('document.activeElement.matches(":focus-visible")'));
	}

	t.true(expected.length > 25);
	t.deepEqual(reached, expected);
	await page.keyboard.press('Tab');
	t.is(await page.evaluate('document.activeElement.localName'), 'body');
});

test('the first press of Tab offers to skip to the content', async t => {
	const {url} = await servePage(t, attack);
	const {page} = await visit(t, url);

	await page.keyboard.press('Tab');
	t.true(await page.getByText('Skip to the content').isVisible());
	await page.keyboard.press('Enter');
	t.is(await page.evaluate('document.activeElement.id'), 'main');
});

for (const javaScriptEnabled of [true, false]) {
	test(`an error stands beside its field, and what was typed stays, JavaScript ${javaScriptEnabled}`, async t => {
		const served = await servePage(t, attack);
		const {page} = await visit(t, served.url, {javaScriptEnabled});
		const duration = page.getByLabel('Duration');

		await page.getByLabel('Client', {exact: true}).fill('198.51.100.99');
		await page.getByLabel('Type').selectOption('key');
		await duration.fill('soon');
		await page.getByRole('button', {name: 'Ban', exact: true}).click();
		const error = page.locator('#ban-duration-error');
		await error.getByText('Write a duration with its unit').waitFor();

		t.is(await page.getByLabel('Client', {exact: true}).inputValue(), '198.51.100.99');
		t.is(await page.getByLabel('Type').inputValue(), 'key');
		t.is(await duration.inputValue(), 'soon');
		t.is(await duration.getAttribute('aria-invalid'), 'true');
		t.true((await duration.getAttribute('aria-describedby'))?.startsWith('ban-duration-error'));

		await duration.fill('10m');
		await page.getByRole('button', {name: 'Ban', exact: true}).click();
		await page.getByRole('row', {name: '198.51.100.99'}).waitFor();
		t.is(await duration.getAttribute('aria-invalid'), null);
	});
}

test('with an error the focus goes to the field', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);

	await page.getByRole('button', {name: 'Ban', exact: true}).press('Enter');
	await page.getByText('Write an address, a range, or a name from the list.').waitFor();
	t.is(await page.evaluate('document.activeElement.id'), 'ban-client');
});

test('a change that was refused or had no answer is told, and the page goes on', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const result = page.locator('#bans-result');

	await page.route('**/*', route =>
		route.request().method() === 'POST' ? route.fulfill({status: 403}) : route.fallback(),
	);
	await endButton(page).click();
	await result.getByText('Nothing has changed: you may not do this').waitFor();

	await page.route('**/*', route =>
		route.request().method() === 'POST' ? route.abort() : route.fallback(),
	);
	await endButton(page).click();
	await result.getByText('The app has not answered. It may have made the change.').waitFor();
	t.true(await endButton(page).isEnabled());
});

test('without JavaScript the buttons and forms work', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url, {javaScriptEnabled: false});

	await endButton(page).click();
	await endButton(page).waitFor({state: 'detached'});
	t.deepEqual(served.changes, [{action: 'unban', client: '203.0.113.144'}]);
	t.is(page.url(), `${served.url}?`);
});
