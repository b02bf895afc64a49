import fs, {linkSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import test from 'ava';
import {makeWhole, removeDraftsOf} from '../../../../source/stores/local/lmdb/draft.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

/** Runs something where links cannot be made. Nothing else of this process runs meanwhile. */
function withoutLinks(code: string, run: () => void): void {
	const {linkSync: link} = fs;
	fs.linkSync = () => {
		throw Object.assign(new Error(`${code}: link`), {code});
	};
	syncBuiltinESMExports();
	try {
		run();
	} finally {
		fs.linkSync = link;
		syncBuiltinESMExports();
	}
}

test('a file is made whole, and one that is there stays', t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	makeWhole(path, path, () => Buffer.from('first'));
	makeWhole(path, path, () => {
		t.fail('it is not needed');
		return Buffer.from('second');
	});

	t.is(readFileSync(path, 'utf8'), 'first');
	t.deepEqual(readdirSync(folder), ['test.mdb']);
});

test('a file that another process makes at the same moment stays', t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	const second = () => {
		writeFileSync(path, 'first');
		return Buffer.from('second');
	};
	makeWhole(path, path, second);
	t.is(readFileSync(path, 'utf8'), 'first');

	const other = join(folder, 'other.mdb');
	withoutLinks('EPERM', () =>
		makeWhole(other, other, () => {
			writeFileSync(other, 'first');
			return Buffer.from('second');
		}),
	);
	t.is(readFileSync(other, 'utf8'), 'first');
	t.deepEqual(readdirSync(folder).sort(), ['other.mdb', 'test.mdb']);
});

test('a file is made where the file system has no links', t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	withoutLinks('EPERM', () => makeWhole(path, path, () => Buffer.from('bytes')));

	t.is(readFileSync(path, 'utf8'), 'bytes');
	t.deepEqual(readdirSync(folder), ['test.mdb']);
});

test('a file that cannot be made is an error, and nothing is left', t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	withoutLinks('EIO', () =>
		t.throws(() => makeWhole(path, path, () => Buffer.from('bytes')), {
			code: 'ERR_GATEKEEPER_FILE',
			message: /EIO/,
		}),
	);

	t.deepEqual(readdirSync(folder), []);
});

test('only drafts are removed, and not the file itself, whatever its name', t => {
	const folder = temporaryFolder(t);
	const name = '.gatekeeper-00112233445566ff';
	const path = join(folder, name);
	writeFileSync(path, 'bytes');
	const links = ['.gatekeeper-prod.mdb', '.gatekeeper-0123456789abcdef', 'backup.mdb'];
	for (const link of links) {
		linkSync(path, join(folder, link));
	}

	writeFileSync(join(folder, '.gatekeeper-fedcba9876543210'), 'of another file');
	removeDraftsOf(path);
	t.deepEqual(readdirSync(folder).sort(), [
		name,
		'.gatekeeper-fedcba9876543210',
		'.gatekeeper-prod.mdb',
		'backup.mdb',
	]);
});
