import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';
import {namespaceCommand} from '../../../support/own-namespaces.ts';

const code = 'ERR_GATEKEEPER_FILE';
const script = fileURLToPath(new URL('../../../support/lmdb/errors-as-nobody.js', import.meta.url));

/** A folder that other users may use, with a file that LMDB has made. */
async function sharedFolder(t: ExecutionContext): Promise<{folder: string; path: string}> {
	const folder = temporaryFolder(t);
	const path = join(folder, 'test.mdb');
	await openFile(path).close();
	chmodSync(folder, 0o777);
	chmodSync(path, 0o666);
	chmodSync(`${path}-lock`, 0o666);

	return {folder, path};
}

function errorOfNobody(path: string): unknown {
	return JSON.parse(execFileSync(process.execPath, [script, path], {encoding: 'utf8'}));
}

test('a file that is not there may be made, and one that is stays as it is', async t => {
	const {folder, path} = await sharedFolder(t);
	const bytes = readFileSync(path);

	t.notThrows(() => checkFile(path));
	t.notThrows(() => checkFile(join(folder, 'missing.mdb')));
	t.true(readFileSync(path).equals(bytes));
	t.deepEqual(readdirSync(folder), ['test.mdb', 'test.mdb-lock']);
});

test('a directory that is not there is named', t => {
	const folder = temporaryFolder(t);
	const path = join(folder, 'missing', 'test.mdb');

	t.throws(() => checkFile(path), {
		code,
		message:
			`LocalStore cannot use ${path}: there is no directory ${join(folder, 'missing')}. Make it, or ` +
			'choose another `path`',
	});
});

test('a file in the place of the directory is named', t => {
	const folder = temporaryFolder(t);
	const file = join(folder, 'file');
	writeFileSync(file, '');

	t.throws(() => checkFile(join(file, 'test.mdb')), {code, message: /file is not a directory/});
	t.throws(() => checkFile(join(file, 'a', 'test.mdb')), {code, message: /no directory .*a\. /});
});

test('a directory is refused, with a name that would do', t => {
	const path = temporaryFolder(t);

	t.throws(() => checkFile(path), {
		code,
		message: new RegExp(`: ${path} is a directory. Name a file, such as ${path}/gatekeeper.mdb$`),
	});
});

test('what is no regular file is refused, and not waited for', async t => {
	const path = join(temporaryFolder(t), 'socket');
	const server = createServer().listen(path);
	t.teardown(() => server.close());
	await new Promise(resolve => server.once('listening', resolve));

	t.throws(() => checkFile(path), {code, message: /is a device, a pipe or a socket/});
	t.throws(() => checkFile('/dev/null'), {code, message: /is a device/});
});

test('a directory in the place of the file of the locks is refused', t => {
	const path = join(temporaryFolder(t), 'test.mdb');
	mkdirSync(`${path}-lock`);

	t.throws(() => checkFile(path), {code, message: /test\.mdb-lock is a directory/});
});

test('files and directories that the user may not write are refused, each by its name', async t => {
	const {folder, path} = await sharedFolder(t);
	const lock = `${path}-lock`;
	t.deepEqual(errorOfNobody(path), {}, 'all of it may be written');

	for (const [name, mode, used] of [
		[path, 0o444, path],
		[path, 0o222, path],
		[lock, 0o444, path],
		[folder, 0o555, join(folder, 'missing.mdb')],
		[folder, 0o666, path],
	] as const) {
		chmodSync(name, mode);
		const {message, code: given} = errorOfNobody(used) as {message: string; code: string};
		chmodSync(name, 0o777);

		t.is(given, code);
		const about = mode === 0o666 ? path : name;
		t.is(
			message,
			`LocalStore cannot use ${used}: the user of this process may not read and write ${about} (EACCES). ` +
				'Change its permissions, or the user',
		);
	}
});

/** Runs commands where file systems that they mount are theirs alone. Undefined where this user may make no namespaces. */
function inOwnMounts(t: ExecutionContext, commands: string): string | undefined {
	const [command, ...options] = namespaceCommand(t) ?? [];

	return (
		command &&
		execFileSync(command, [...options, '--mount', 'sh', '-ec', commands], {encoding: 'utf8'})
	);
}

test('a read-only file system is named as such', async t => {
	const {folder, path} = await sharedFolder(t);
	const printed = inOwnMounts(
		t,
		`
		mount --bind ${folder} ${folder}
		mount -o remount,ro,bind ${folder}
		${process.execPath} ${script} ${path} root
		${process.execPath} ${script} ${folder}/missing.mdb root`,
	);
	if (printed === undefined) {
		return;
	}

	const errors = printed
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	t.deepEqual(errors, [
		{
			code,
			message: `LocalStore cannot use ${path}: ${path} is on a read-only file system. Choose another \`path\``,
		},
		{
			code,
			message: `LocalStore cannot use ${folder}/missing.mdb: ${folder} is on a read-only file system. Choose another \`path\``,
		},
	]);
});

test('a disk without room for the lock file is refused, before LMDB maps it into memory', t => {
	const folder = temporaryFolder(t);
	const printed = inOwnMounts(
		t,
		`
		mount -t tmpfs -o size=8k tmpfs ${folder}
		${process.execPath} ${script} ${folder}/test.mdb root
		ls ${folder}`,
	);
	if (printed === undefined) {
		return;
	}

	t.regex(printed, /there is no room for .*test\.mdb-lock \(ENOSPC\)/);
	t.is(printed.trim().split('\n').length, 1, 'nothing is left');
});
