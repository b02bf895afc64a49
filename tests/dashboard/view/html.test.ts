import test from 'ava';
import fc from 'fast-check';
import {startOf} from '../../../source/dashboard/text/start-of.ts';
import {exact, html} from '../../../source/dashboard/view/html.ts';
import {inert} from '../../../source/dashboard/view/inert.ts';

test('a template escapes texts, and keeps templates and lists of them', t => {
	const list = ['<b>', '"&\''].map(text => html`<li title="${text}">${text}</li>`);

	t.is(
		String(html`<ul>${list}</ul>${undefined}${false}${0}`),
		'<ul><li title="&lt;b&gt;">&lt;b&gt;</li><li title="&quot;&amp;&#39;">&quot;&amp;&#39;</li></ul>0',
	);
});

test('no text becomes markup, or ends an attribute', t => {
	const text = fc.string({unit: 'binary'});
	t.notThrows(() =>
		fc.assert(
			fc.property(text, given =>
				[html`${given}`, exact(given)].every(made => !/[<>"']|&(?!\w+;|#\d+;)/.test(String(made))),
			),
		),
	);
});

test('invisible and reordering characters are shown as escapes, others stay', t => {
	const escapes: ReadonlyArray<[string, string]> = [
		['a\0b\r\n\t\u001b[2J', 'a\\u0000b\\u000d\\u000a\\u0009\\u001b[2J'],
		['\u202e\u2066\u200f', '\\u202e\\u2066\\u200f'],
		['\u200b\u200d\ufeff\u00ad\u3164', '\\u200b\\u200d\\ufeff\\u00ad\\u3164'],
		['\u{e0041}\ud800', '\\u{e0041}\\ud800'],
		['\u00a0 \u3000', '\\u00a0 \\u3000'],
		['Grüße, 東京 and עברית 😀', 'Grüße, 東京 and עברית 😀'],
	];

	for (const [given, shown] of escapes) {
		t.is(inert(given), shown);
	}
});

test('a long text is cut between characters, also where a template shows one', t => {
	t.is(startOf('abc', 3), 'abc');
	t.is(startOf('abcd', 3), 'abc…');
	t.is(startOf('ab😀', 3), 'ab…');
	t.true(String(html`${'x'.repeat(1_000_000)}`).length < 5000);
});
