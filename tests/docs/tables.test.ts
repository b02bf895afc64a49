import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {gatekeeper, MemoryStore, specific} from '../../source/index.ts';
import {RedisStore} from '../../source/redis.ts';
import {readPage, root} from '../support/documents.ts';

test('the README and docs/options.md list the options that gatekeeper() takes, and no others', async t => {
	const options = namesTaken(() => gatekeeper({[unknown]: 1} as never));

	t.true(options.length >= 16);
	t.deepEqual(rows(await readPage('README.md'), 'option'), options);
	t.deepEqual(rows(await readPage('docs/options.md'), 'option'), options);
});

test("docs/stores.md lists the stores' options, and docs/routes.md those of specific()", async t => {
	const stores = await readPage('docs/stores.md');
	const ofMemory = namesTaken(() => new MemoryStore({[unknown]: 1} as never));
	const ofRedis = namesTaken(() => new RedisStore({[unknown]: 1} as never));
	const ofSpecific = namesTaken(() => specific([1, 1], {[unknown]: 1} as never));

	t.deepEqual(rows(stores, 'option of `new MemoryStore()`'), ofMemory);
	t.deepEqual(rows(stores, 'option of `new RedisStore()`'), ofRedis);
	t.deepEqual(rows(await readPage('docs/routes.md'), 'option'), ofSpecific);
});

test('docs/managing-bans.md lists the methods of a gate', async t => {
	const listed = rows(await readPage('docs/managing-bans.md'), 'method');

	t.deepEqual(
		[...new Set(listed.map(call => call.replace(/\(.*$/, '')))].sort(),
		Object.keys(gatekeeper()).sort(),
	);
});

test('docs/warnings.md lists the codes that the source emits, and no others', async t => {
	const folder = join(root, 'source');
	const names = await readdir(folder, {recursive: true});
	const files = names.filter(name => name.endsWith('.ts'));
	const source = await Promise.all(files.map(name => readFile(join(folder, name), 'utf8')));
	const codes = new Set(source.join().match(/\bGATEKEEPER_[A-Z_]+/g));

	t.true(codes.size >= 15);
	t.deepEqual(rows(await readPage('docs/warnings.md'), 'code'), [...codes].sort());
});

/** Like no option, so that the error lists all. */
const unknown = 'xxxxxxxxxxxxxxxxxxxx';

/** The names of options that an error lists, sorted. */
function namesTaken(take: () => unknown): readonly string[] {
	try {
		take();
	} catch (error) {
		const [, names = ''] = /it takes (.*)$/.exec((error as Error).message) ?? [];
		return names.split(', ').sort();
	}

	return [];
}

/** What stands first in the rows of a page's first table whose first column has this heading, sorted. */
function rows(page: string, heading: string): readonly string[] {
	const [, table = ''] = page.split(`\n| ${heading} |`);
	const [body = ''] = table.split('\n\n');

	return [...body.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name).sort();
}
