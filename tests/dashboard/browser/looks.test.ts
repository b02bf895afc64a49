import test from 'ava';
import {violations} from '../../support/dashboard/accessibility.ts';
import {servePage} from '../../support/dashboard/page-server.ts';
import {attack, empty, failing, found, quiet} from '../../support/dashboard/sample-data.ts';
import {visit} from '../../support/dashboard/visit.ts';

const states = {empty, quiet, attack, failing, found};
const widths = [1280, 360];
const looks = [
	['light', 1280],
	['dark', 1280],
	['dark', 360],
] as const;

/** Whether anything reaches beyond the right edge of the page. */
const isTooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';

/** What can be pressed, and is smaller than 24 pixels. Links in a line of text may be. */
const smallTargets = `[...document.querySelectorAll('button, input, select, summary')]
	.filter(element => element.checkVisibility())
	.map(element => ({element, box: element.getBoundingClientRect()}))
	.filter(({box}) => box.width > 0 && (box.width < 24 || box.height < 24))
	.map(({element}) => element.outerHTML)`;

for (const [name, data] of Object.entries(states)) {
	test(`light or dark, wide or narrow, the page is accessible and fits, and the browser does not complain: ${name}`, async t => {
		const {url} = await servePage(t, data);
		const {page, problems} = await visit(t, url);

		for (const [colorScheme, width] of looks) {
			await page.emulateMedia({colorScheme});
			await page.setViewportSize({width, height: 800});
			t.deepEqual(await violations(page), []);
			t.deepEqual(await page.evaluate(smallTargets), []);
			t.false(await page.evaluate(isTooWide));
		}

		t.deepEqual(problems, []);
	});
}

test('without JavaScript the page is readable, and shows the last hour as a table', async t => {
	const {url} = await servePage(t, found);
	for (const width of widths) {
		const {page, problems} = await visit(t, url, {
			javaScriptEnabled: false,
			viewport: {width, height: 800},
		});

		t.true(await page.getByRole('row', {name: '13:30 5,416 6 0 5 60'}).isVisible());
		t.true(await page.getByRole('heading', {name: '203.0.113.144'}).isVisible());
		t.true(await page.locator('#clients').getByText('Over the limit login').isVisible());
		t.false(await page.getByRole('button', {name: 'Pause'}).isVisible());
		t.deepEqual(problems, []);
	}
});

test('with JavaScript the table is closed, and a screen reader can open it', async t => {
	const {url} = await servePage(t, attack);
	const {page} = await visit(t, url);
	const row = page.getByRole('row', {name: '13:30 5,416 6 0 5 60'});

	t.false(await row.isVisible());
	await page.getByText('The last hour as a table').press('Enter');
	await row.waitFor();
	t.pass();
});

test('the headline says how things are in one sentence', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	const headline = page.locator('#headline');

	t.is(
		await headline.innerText(),
		'Many refused\n644 of 1,949 requests during the last minute were refused (33%).\nRefused most this hour: 203.0.113.9, last limited by global. 6 clients are banned.',
	);
	served.data = quiet;
	await headline.getByText('None refused').waitFor();
	t.regex(
		await headline.innerText(),
		/^None refused\nAll \d+ requests of the last minute were admitted\.\n?$/,
	);
});

test('a screen reader hears the headline when the level changes, and not at each poll', async t => {
	const served = await servePage(t, quiet);
	const {page} = await visit(t, served.url, {isClockManual: true});
	const spoken = page.locator('#spoken');

	served.data = {
		...quiet,
		history: {...quiet.history, admitted: quiet.history.admitted.map(() => 999)},
	};
	await page.clock.runFor(2000);
	await page.getByText('All 5,994 requests').waitFor();
	t.is(await spoken.innerText(), '');

	served.data = attack;
	await page.clock.runFor(2000);
	await spoken.getByText('644 of 1,949').waitFor();
	t.is(
		await page.locator('[aria-live], [role=status], [role=alert]').getByText('76,741').count(),
		0,
	);
});
