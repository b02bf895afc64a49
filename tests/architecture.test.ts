import {readdirSync, readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {dirname, join, normalize, relative, sep} from 'node:path';
import test from 'ava';
import {root} from './support/documents.ts';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const source = join(root, 'source');
const names = readdirSync(source, {encoding: 'utf8', recursive: true}).filter(name =>
	name.endsWith('.ts'),
);
const texts = new Map(names.map(name => [name, readFileSync(join(source, name), 'utf8')]));

/** What each file imports of the source, types included. */
const imports: Graph = new Map(
	[...texts].map(([name, text]) => [
		name,
		new Set(
			[...text.matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) =>
				normalize(join(dirname(name), path)),
			),
		),
	]),
);

/** The same for the parts that files belong to. */
function importsBetween(partOf: (name: string) => string): Graph {
	const graph = new Map<string, Set<string>>();
	for (const [name, imported] of imports) {
		const part = graph.get(partOf(name)) ?? new Set();
		graph.set(partOf(name), part);
		for (const other of imported) {
			if (partOf(other) !== partOf(name)) {
				part.add(partOf(other));
			}
		}
	}

	return graph;
}

/** The folder of a file, or the file itself if it stands directly in the source. */
function folderOf(name: string): string {
	const folder = dirname(name);
	return folder === '.' ? name.replace('.ts', '') : folder;
}

function topFolderOf(name: string): string {
	const [top = ''] = relative('.', name).split(sep);
	return top.replace('.ts', '');
}

/** All that can be reached from a part by its imports, by one or more steps. */
function reachable(graph: Graph, from: string): ReadonlySet<string> {
	const reached = new Set<string>();
	const left = [from];
	for (let part = left.pop(); part !== undefined; part = left.pop()) {
		for (const next of graph.get(part) ?? []) {
			if (!reached.has(next)) {
				reached.add(next);
				left.push(next);
			}
		}
	}

	return reached;
}

function circular(graph: Graph): readonly string[] {
	return [...graph.keys()].filter(part => reachable(graph, part).has(part));
}

test('no imports run in a circle, neither of files nor of folders', t => {
	t.true(imports.size > 100);
	t.deepEqual(circular(imports), []);
	t.deepEqual(circular(importsBetween(folderOf)), []);
	t.deepEqual(circular(importsBetween(topFolderOf)), []);
});

test('the picture of the architecture shows the imports as they are', async t => {
	const page = await readFile(join(root, 'docs/architecture.md'), 'utf8');
	const arrows = [...page.matchAll(/^\t(\S+) --> (\S+)$/gm)];
	const drawn = new Map<string, Set<string>>();
	for (const [, from = '', to = ''] of arrows) {
		drawn.set(from, (drawn.get(from) ?? new Set()).add(to));
	}

	const real = importsBetween(topFolderOf);
	for (const [part, imported] of real) {
		for (const other of imported) {
			t.true(reachable(drawn, part).has(other), `no way from ${part} to ${other} is drawn`);
		}
	}

	for (const [part, others] of drawn) {
		for (const other of others) {
			t.true(real.get(part)?.has(other), `${part} does not import ${other}`);
		}
	}
});

test('every file that the page on architecture names is there', async t => {
	const page = await readFile(join(root, 'docs/architecture.md'), 'utf8');
	const named = [...page.matchAll(/`([\w/-]+\.ts)`/g)].map(([, name = '']) => name);

	t.true(named.length > 10);
	t.deepEqual(
		named.filter(name => !texts.has(name) && !name.startsWith('tests/')),
		[],
	);
});

test('the source stays in small files, and few of them stand directly in it besides what is published', t => {
	const lengths = [...texts.values()]
		.map(text => text.split('\n').length - 1)
		.sort((one, other) => one - other);

	t.true((lengths.at(-1) ?? 0) <= 200);
	t.true((lengths[lengths.length >> 1] ?? 0) < 60);
	const {exports} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const entries = Object.keys(exports).map(path => `${path.slice(2) || 'index'}.ts`);
	const others = names.filter(name => !name.includes(sep) && !entries.includes(name));
	t.true(others.length <= 8);
});
