import {existsSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import test from 'ava';
import {pages, readPage, root} from '../support/documents.ts';

for (const page of [...pages, 'CHANGELOG.md']) {
	test(`every relative link of ${page} leads to a file, and to a heading in it`, async t => {
		t.deepEqual(await brokenLinks(page, await readPage(page)), []);
	});
}

test('the README lists every page of docs/', async t => {
	const linked = new Set(linksIn(await readPage('README.md')));

	t.deepEqual(
		pages.filter(page => page !== 'README.md' && !linked.has(page)),
		[],
	);
});

test('the check finds links to missing files and headings', async t => {
	const text = [
		'# Here',
		'[one](docs/rules.md#names) [two](#here) [three](LICENSE) [four](https://example.com/#no)',
		'[`five`](docs/nowhere.md) [six](docs/options.md#nowhere) [seven](#nowhere)',
		'![eight](nowhere.svg) <img src="nowhere.png"> [nine][ref]',
		'`[ten](nowhere.md)`',
		'```md\n[eleven](nowhere.md)\n# Nowhere\n```',
		'[ref]: nowhere.txt',
	].join('\n\n');

	t.deepEqual(await brokenLinks('README.md', text), [
		'docs/nowhere.md',
		'docs/options.md#nowhere',
		'#nowhere',
		'nowhere.svg',
		'nowhere.png',
		'nowhere.txt',
	]);
});

test("the check gives headings GitHub's anchors", t => {
	const text = [
		'# Two words',
		"## Koa's own `app.proxy`",
		'## `specific()`',
		'## What is a [client](clients.md)?',
		'## snake_case, kebab-case',
		'## Once & twice',
		'## Été 2026 *now*',
		'## Two words',
		'### Two words ##',
	].join('\n');

	t.deepEqual(
		[...anchorsIn(text)],
		[
			'two-words',
			'koas-own-appproxy',
			'specific',
			'what-is-a-client',
			'snake_case-kebab-case',
			'once--twice',
			'été-2026-now',
			'two-words-1',
			'two-words-2',
		],
	);
});

/** The links of a page whose file or heading does not exist. */
async function brokenLinks(page: string, text: string): Promise<readonly string[]> {
	const broken: string[] = [];
	for (const link of linksIn(text)) {
		const [path = '', anchor] = link.split('#');
		const target = path === '' ? page : normalize(join(dirname(page), path));
		const isThere = !target.startsWith('..') && existsSync(join(root, target));
		const leadsTo = async (heading: string) =>
			anchorsIn(target === page ? text : await readPage(target)).has(heading);
		if (!isThere || (anchor !== undefined && !(await leadsTo(anchor)))) {
			broken.push(link);
		}
	}

	return broken;
}

/** The relative links of a text, including those of images. */
function linksIn(text: string): readonly string[] {
	const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, 'code');
	const found = prose.matchAll(
		/\]\(<?([^\s)>]+)[^)]*\)|\b(?:href|src)="([^"]+)"|^\[[^\]]+\]: *(\S+)/gm,
	);

	return [...found]
		.map(([, inline, attribute, reference]) => inline ?? attribute ?? reference ?? '')
		.filter(link => !/^[a-z]+:/i.test(link));
}

/** GitHub's anchors: letters, digits, hyphens and underscores, with a number for a repeated heading. */
function anchorsIn(text: string): ReadonlySet<string> {
	const anchors = new Set<string>();
	for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)) {
		const base = heading
			.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
			.toLowerCase()
			.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
			.replaceAll(' ', '-');
		let anchor = base;
		for (let times = 1; anchors.has(anchor); times += 1) {
			anchor = `${base}-${times}`;
		}

		anchors.add(anchor);
	}

	return anchors;
}

function withoutBlocks(text: string): string {
	return text.replace(/^```.*\n(?:.*\n)*?```$/gm, '');
}
