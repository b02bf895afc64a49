import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {gatekeeper, MemoryStore, specific} from '../../source/index.ts';
import {LocalStore} from '../../source/local.ts';
import {RedisStore} from '../../source/redis.ts';
import {readPage, root} from '../support/documents.ts';

test('the README and docs/options.md list exactly the options of gatekeeper()', async t => {
	const options = namesTaken(() => gatekeeper({[unknown]: 1} as never));

	t.true(options.length >= 16);
	t.deepEqual(rows(await readPage('README.md'), 'option'), options);
	t.deepEqual(rows(await readPage('docs/options.md'), 'option'), options);
});

test('docs/stores.md and docs/local-store.md list the options of the stores, and docs/routes.md those of specific()', async t => {
	const stores = await readPage('docs/stores.md');
	const ofMemory = namesTaken(() => new MemoryStore({[unknown]: 1} as never));
	const ofLocal = namesTaken(() => new LocalStore({[unknown]: 1} as never));
	const ofRedis = namesTaken(() => new RedisStore({[unknown]: 1} as never));
	const ofSpecific = namesTaken(() => specific([1, 1], {[unknown]: 1} as never));

	t.deepEqual(rows(stores, 'option of `new MemoryStore()`'), ofMemory);
	t.deepEqual(rows(stores, 'option of `new RedisStore()`'), ofRedis);
	t.deepEqual(rows(await readPage('docs/local-store.md'), 'option of `new LocalStore()`'), ofLocal);
	t.deepEqual(rows(await readPage('docs/routes.md'), 'option'), ofSpecific);
});

test('docs/bans.md lists every method of a gate', async t => {
	const listed = rows(await readPage('docs/bans.md'), 'method');
	const methods = Object.entries(gatekeeper()).filter(([, value]) => typeof value === 'function');

	t.deepEqual(
		[...new Set(listed.map(call => call.replace(/\(.*$/, '')))].sort(),
		methods.map(([name]) => name).sort(),
	);
});

test('docs/warnings.md lists exactly the codes that the source emits', async t => {
	const folder = join(root, 'source');
	const names = await readdir(folder, {recursive: true});
	const files = names.filter(name => name.endsWith('.ts'));
	const source = await Promise.all(files.map(name => readFile(join(folder, name), 'utf8')));
	const codes = new Set(source.join().match(/\bGATEKEEPER_[A-Z_]+/g));

	t.true(codes.size >= 15);
	t.deepEqual(rows(await readPage('docs/warnings.md'), 'code'), [...codes].sort());
});

/** Resembles no option, so that the error lists them all. */
const unknown = 'xxxxxxxxxxxxxxxxxxxx';

/** The option names that the error message lists, sorted. */
function namesTaken(take: () => unknown): readonly string[] {
	try {
		take();
	} catch (error) {
		const [, names = ''] = /it takes (.*)$/.exec((error as Error).message) ?? [];
		return names.split(', ').sort();
	}

	return [];
}

/** The first column of the page's first table that has this heading, sorted. */
function rows(page: string, heading: string): readonly string[] {
	const [, table = ''] = page.split(`\n| ${heading} |`);
	const [body = ''] = table.split('\n\n');

	return [...body.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name).sort();
}
