import test from 'ava';
import type {DashboardData} from '../../../source/dashboard/json/dashboard-json.ts';
import {servePage} from '../../support/dashboard/page-server.ts';
import {attack, NOW} from '../../support/dashboard/sample-data.ts';
import {visit} from '../../support/dashboard/visit.ts';

const texts = {
	markup: '<img src=x onerror="hacked = 1"><script>hacked = 1</script>',
	attribute: '" autofocus onfocus="hacked = 1" x="',
	quotes: "' onmouseover='hacked = 1",
	entity: '&lt;b&gt; &amp; &#0;',
	// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a template must not run
	template: '${hacked = 1} </template></textarea></title></style>',
	link: 'javascript:hacked = 1',
	control: 'a\0b\r\nc\u001b[2J\u007f\u0085',
	bidi: 'key:\u202eecila\u2066\u200f',
	invisible: 'key:al\u200bi\u200dce\ufeff\u00ad\u3164',
	half: 'key:\ud800x',
	zalgo: `key:${'a\u0301\u0302\u0303\u0304'.repeat(40)}`,
	spaces: '   ',
	prototype: '__proto__',
};

/** Data that has a text wherever somebody else can put one. */
function dataWith(text: string): DashboardData {
	const ban = {client: text, by: 'hand', reason: text, retryAfter: 600} as const;
	const explanation = {
		client: text,
		exemption: undefined,
		peer: text,
		header: text,
		value: text,
		end: 'client',
		passed: [text, text],
		address: text,
	} as const;

	return {
		...attack,
		title: text,
		rules: [{kind: 'limited', rule: text, refused: 5, lastAt: NOW}],
		clients: [{client: text, refused: 5, kind: 'banned', rule: text, lastAt: NOW}],
		bans: {entries: [ban], total: 1, inForce: 1, isPartial: false, error: text},
		store: {isFailing: true, failures: 1, error: text},
		found: {
			query: text,
			client: text,
			ban,
			limits: [{name: text, count: 5, window: 60, remaining: 1}],
			explanation,
		},
		you: explanation,
	};
}

/** Without the link to the form for bans, which can't hold every client. */
const shape = `[...document.querySelectorAll(':not(a[data-ban])')].map(({localName}) => localName).join(' ')`;
const unseen =
	'/[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\u3164\\ufeff\\ud800-\\udfff]/u';

test('hostile texts are shown inert wherever they can stand, by the server and by the script', async t => {
	const harmless = 'harmless, but longer than a short text';
	const served = await servePage(t, dataWith(harmless));
	const {page, problems} = await visit(t, served.url);
	const heading = page.getByRole('heading', {name: harmless, level: 1});
	const expected = await page.evaluate(shape);

	for (const [name, text] of Object.entries(texts)) {
		await heading.waitFor();
		served.data = dataWith(text);
		await heading.waitFor({state: 'detached'});
		t.is(await page.evaluate(shape), expected, `${name}, by the script`);
		await page.goto(served.url);
		await page.locator('#live[data-state=live]').waitFor();
		t.is(await page.evaluate(shape), expected, `${name}, by the server`);

		t.is(await page.evaluate('typeof hacked'), 'undefined', name);
		t.false(await page.evaluate(`${unseen}.test(document.body.innerText)`), name);
		t.false(await page.evaluate(`${unseen}.test(document.title)`), name);
		served.data = dataWith(harmless);
	}

	t.deepEqual(problems, []);
});

test('what makes text run the other way is shown as an escape, and each foreign text is isolated', async t => {
	const {url} = await servePage(t, dataWith(texts.bidi));
	const {page} = await visit(t, url);

	t.true(
		await page
			.locator('#ban-list .client bdi')
			.getByText('key:\\u202eecila\\u2066\\u200f')
			.isVisible(),
	);
	const loose = await page.evaluate(`[...document.querySelectorAll('main *')]
		.filter(({localName, childNodes}) => localName !== 'bdi' &&
			[...childNodes].some(({nodeType, nodeValue}) => nodeType === 3 && nodeValue.includes('ecila')))
		.map(({outerHTML}) => outerHTML)`);
	t.deepEqual(loose, []);
});

test('a button sends the client exactly, whatever is in it', async t => {
	const tagged = 'a\n\u{e0041}b\u{1d173}\r';
	const names = [texts.markup, texts.control, texts.bidi, texts.invisible, texts.spaces, tagged];
	for (const client of names.map(name => `key:${name}`)) {
		const served = await servePage(t, dataWith(client));
		const {page} = await visit(t, served.url);

		await page.locator('#ban-list').getByRole('button').click();
		await page.locator('#bans-result').getByText('is no longer banned.').waitFor();
		t.false(
			await page.evaluate(`${unseen}.test(document.querySelector('#bans-result').textContent)`),
		);
		t.deepEqual(served.changes, [{action: 'unban', client}]);
	}
});

test('texts of a megabyte neither break the page nor make it wide or slow to poll', async t => {
	const {found: _found, you: _you, ...rest} = dataWith('\u202e<b>'.repeat(250_000));
	const served = await servePage(t, {...rest, title: 'Gatekeeper'});
	const {page, problems} = await visit(t, served.url, {viewport: {width: 360, height: 800}});

	t.false(await page.evaluate('document.documentElement.scrollWidth > 360'));
	t.true(((await page.evaluate('document.body.innerText.length')) as number) < 20_000);
	t.true(((await page.evaluate('document.documentElement.offsetHeight')) as number) < 8000);
	t.deepEqual(problems, []);
});
