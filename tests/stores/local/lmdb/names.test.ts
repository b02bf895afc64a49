import {existsSync, linkSync, mkdirSync, readdirSync, symlinkSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import test from 'ava';
import {LocalStore} from '../../../../source/local.ts';
import {newPath} from '../../../support/local/opened.ts';
import {StoreProcess} from '../../../support/local/process.ts';
import {openOnce, printed} from '../../../support/local/run-open-once.ts';
import {namespaceCommand} from '../../../support/own-namespaces.ts';
import {limit} from '../../contract/promised.ts';

const code = 'ERR_GATEKEEPER_FILE';
const rules = [limit(100, 3_600_000)];

test('processes that name one file by links count together', async t => {
	const path = newPath();
	const link = newPath();
	const directory = newPath();
	symlinkSync(path, link);
	symlinkSync(dirname(path), directory);
	await new LocalStore({path}).close();
	const names = [path, link, join(directory, basename(path)), join(directory, basename(link))];
	const processes = await Promise.all(names.map(name => StoreProcess.begin(t, {path: name})));

	for (let round = 0; round < 10; round += 1) {
		const admitted = await Promise.all(
			processes.map(process => process.call<number>('admitted', `client ${round}`, rules, 500)),
		);
		t.is(
			admitted.reduce((sum, number) => sum + number),
			100,
		);
	}
});

test('a file is made where a link to its directory leads', async t => {
	const directory = newPath();
	const link = newPath();
	mkdirSync(directory);
	symlinkSync(directory, link);
	await new LocalStore({path: join(link, 'test.mdb')}).close();

	t.deepEqual(readdirSync(directory), ['test.mdb', 'test.mdb-lock']);
});

test('a link that leads nowhere is refused', t => {
	const link = newPath();
	symlinkSync(newPath(), link);

	t.throws(() => new LocalStore({path: link}), {
		code,
		message: /it is a symbolic link to a file that is not there\. Name the file itself$/,
	});
});

test('a hard-linked file is refused, unless the link is a draft that a killed process left', async t => {
	const path = newPath();
	await new LocalStore({path}).close();
	linkSync(path, `${path}.other`);
	t.throws(() => new LocalStore({path}), {code, message: /it has another name, by a hard link\./});

	const made = newPath();
	const draft = join(dirname(made), '.gatekeeper-0123456789abcdef');
	await new LocalStore({path: made}).close();
	linkSync(made, draft);
	t.notThrows(() => new LocalStore({path: made}).close());
	t.false(existsSync(draft));
});

test('a file that is mounted without its directory is refused', t => {
	const within = namespaceCommand(t);
	if (!within) {
		return;
	}

	const directory = newPath();
	const lines = printed(
		`mkdir -p "${directory}/a b" ${directory}/whole
		${openOnce} "${directory}/a b/test.mdb"
		touch ${directory}/mounted.mdb
		mount --bind "${directory}/a b/test.mdb" ${directory}/mounted.mdb
		${openOnce} ${directory}/mounted.mdb
		mount --bind "${directory}/a b/test.mdb" "${directory}/a b/test.mdb"
		${openOnce} "${directory}/a b/test.mdb"
		mount --bind "${directory}/a b" ${directory}/whole
		${openOnce} ${directory}/whole/test.mdb`,
		[...within, '--mount'],
	);
	const isRefused =
		/it is mounted as a single file, without its lock file\. Mount its directory, such as a volume$/;
	const admitted = {kind: 'admitted', quotas: []};

	t.is(lines.length, 4);
	t.deepEqual(lines[0], admitted);
	for (const line of lines.slice(1, 3)) {
		t.like(line, {code});
		t.regex((line as Error).message, isRefused);
	}

	t.deepEqual(lines[3], admitted);
});
