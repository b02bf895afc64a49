import test from 'ava';
import {servePage} from '../../support/dashboard/page-server.ts';
import {attack, empty, historyOf} from '../../support/dashboard/sample-data.ts';
import {until, visit} from '../../support/dashboard/visit.ts';

/** The colours of some columns of the chart. @param at 0 for the left edge, 1 for the right */
const coloursAt = (at: number) => `(() => {
	const canvas = document.querySelector('#chart canvas');
	const over = document.querySelector('#chart .u-over');
	const x = Math.round((over.offsetLeft + over.offsetWidth * ${at}) * devicePixelRatio);
	const {data} = canvas.getContext('2d').getImageData(x, 0, 20, over.offsetTop + over.offsetHeight);
	const colours = [];
	for (let index = 0; index < data.length; index += 4) {
		const colour = data[index + 3] === 255 ? [...data.slice(index, index + 3)].join() : '';
		if (colour !== '' && !colours.includes(colour)) colours.push(colour);
	}

	return colours;
})()`;

const inLight = {admitted: '114,146,179', limited: '201,118,29', banned: '189,59,52'};
const inDark = {admitted: '95,132,171', limited: '227,154,69', banned: '227,99,91'};

test('the chart stacks the verdicts in the colours of the scheme, and follows it', async t => {
	const history = historyOf(() => ({admitted: 10, limited: 20, banned: 30}));
	const {url} = await servePage(t, {...attack, history});
	const {page} = await visit(t, url, {colorScheme: 'light'});
	await page.locator('#chart canvas').waitFor();
	const seen = async () => {
		const colours = (await page.evaluate(coloursAt(0.5))) as string[];
		return (['banned', 'limited', 'admitted'] as const).map(verdict =>
			[inLight, inDark].findIndex(scheme => colours.includes(scheme[verdict])),
		);
	};

	t.deepEqual(await seen(), [0, 0, 0]);
	await page.emulateMedia({colorScheme: 'dark'});
	await until(page, `(${coloursAt(0.5)}).includes('${inDark.admitted}')`);
	t.deepEqual(await seen(), [1, 1, 1]);
});

test('the legend has the numbers of the bar under the pointer, and of the whole hour without it', async t => {
	const history = historyOf(() => ({admitted: 10, limited: 2}));
	const {url} = await servePage(t, {...attack, history});
	const {page} = await visit(t, url);
	const over = page.locator('#chart .u-over');
	await over.waitFor();
	t.is(await page.locator('#count-admitted').innerText(), '3,600');

	await over.hover();
	await page
		.locator('#moment')
		.getByText(/^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d$/)
		.waitFor();
	t.is(await page.locator('#count-admitted').innerText(), '30');
	t.is(await page.locator('#count-limited').innerText(), '6');

	await page.getByRole('heading', {level: 1}).hover();
	await page.locator('#count-admitted').getByText('3,600').waitFor();
	t.is(await page.locator('#moment').innerText(), '');
});

test('the chart fits into the page when that changes its width', async t => {
	const {url} = await servePage(t, attack);
	const {page} = await visit(t, url);
	await page.locator('#chart canvas').waitFor();

	for (const width of [360, 1000, 500]) {
		await page.setViewportSize({width, height: 800});
		await until(
			page,
			'Math.abs(document.querySelector("#chart canvas").offsetWidth - document.querySelector("#chart").clientWidth) <= 1',
		);
	}

	t.pass();
});

test('polls draw on the same canvas, so that it does not flicker', async t => {
	const served = await servePage(t, attack);
	const {page} = await visit(t, served.url);
	await page.evaluate('globalThis.canvas = document.querySelector("#chart canvas")');

	served.data = {...attack, history: historyOf(() => ({admitted: 7}))};
	await page.locator('#count-admitted').getByText('2,520').waitFor();
	t.true(await page.evaluate('canvas === document.querySelector("#chart canvas")'));
});

test('without requests there is no chart, and it appears with the first one', async t => {
	const served = await servePage(t, empty);
	const {page, problems} = await visit(t, served.url);
	t.false(await page.locator('#chart').isVisible());
	t.true(await page.getByText('Open a page of your app').isVisible());

	served.data = {...empty, history: historyOf(age => ({admitted: age === 0 ? 1 : 0}))};
	await page.locator('#chart canvas').waitFor();
	t.deepEqual(problems, []);
});

test('the first draw has the requests of the last step, also where they are the first', async t => {
	const history = historyOf(age => ({admitted: age === 0 ? 3 : 0}));
	const {url} = await servePage(t, {...empty, history});
	const {page} = await visit(t, url, {colorScheme: 'light'});
	await page.locator('#chart canvas').waitFor();

	t.true(((await page.evaluate(coloursAt(0.99))) as string[]).includes(inLight.admitted));
});

test('a chart that appears with the first requests shows them', async t => {
	const served = await servePage(t, empty);
	const {page} = await visit(t, served.url, {colorScheme: 'light'});
	served.data = {...empty, history: historyOf(age => ({admitted: age === 0 ? 3 : 0}))};
	await page.locator('#count-admitted').getByText('3').waitFor();
	await page.locator('#chart canvas').waitFor();

	t.true(((await page.evaluate(coloursAt(0.99))) as string[]).includes(inLight.admitted));
});
