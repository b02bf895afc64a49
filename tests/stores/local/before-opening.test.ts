import {existsSync, mkdirSync} from 'node:fs';
import test from 'ava';
import {newPath} from '../../support/local/opened.ts';
import {openOnce, printed} from '../../support/local/run-open-once.ts';
import {namespaceCommand} from '../../support/own-namespaces.ts';

/*
 * LMDB frees memory twice where it finds that it cannot open a file, and the process may end: so all of that must be found
 * before.
 */

const code = 'ERR_GATEKEEPER_FILE';
const admitted = {kind: 'admitted', quotas: []};

/** Runs commands in a directory that is a disk of 16 MB. Undefined where this user may make no namespaces. */
function onSmallDisk(
	within: readonly string[] | undefined,
	commands: string,
): readonly unknown[] | undefined {
	const folder = newPath();
	mkdirSync(folder);
	return (
		within &&
		printed(
			`mount -t tmpfs -o size=16m tmpfs ${folder}
			cd ${folder}
			fill() { dd if=/dev/zero of=filler bs=4k 2> /dev/null || true; }
			${commands}`,
			[...within, '--mount'],
		)
	);
}

test('on a full disk, a file whose lock file was left is an error, and no empty one is in its place', t => {
	const lines = onSmallDisk(
		namespaceCommand(t),
		`dd if=/dev/zero of=test.mdb-lock bs=4k count=4 2> /dev/null
		fill
		${openOnce} test.mdb
		rm filler
		${openOnce} test.mdb`,
	);
	if (lines) {
		t.is(lines.length, 2);
		t.like(lines[0], {code});
		t.regex(
			(lines[0] as Error).message,
			/there is no room for .*test\.mdb \(ENOSPC\)\. Free some space, or choose another `path`$/,
		);
		t.deepEqual(lines[1], admitted);
	}
});

for (const [title, change] of [
	['was emptied', 'truncate -s 0 test.mdb-lock'],
	['has holes', 'truncate -s 0 test.mdb-lock; truncate -s 16384 test.mdb-lock'],
]) {
	test(`on a full disk, a lock file that ${title} is an error`, t => {
		const lines = onSmallDisk(
			namespaceCommand(t),
			`${openOnce} test.mdb
			${change}
			fill
			${openOnce} test.mdb
			rm filler
			${openOnce} test.mdb`,
		);
		if (lines) {
			t.is(lines.length, 3);
			t.deepEqual(lines[0], admitted);
			t.like(lines[1], {code});
			t.regex((lines[1] as Error).message, /there is no room for .*test\.mdb-lock \(ENOSPC\)/);
			t.deepEqual(lines[2], admitted);
		}
	});
}

for (const spare of [0, 1, 2, 3, 4, 5, 6]) {
	test(`with ${spare} descriptors left, a file is neither opened nor made`, t => {
		const path = newPath();

		t.deepEqual(printed(`ulimit -n 60; ${openOnce} ${path} ${spare}`), [
			{
				code,
				message: `LocalStore cannot use ${path}: this process may open no more files (EMFILE). Raise the limit (\`ulimit -n\`)`,
			},
		]);
		t.false(existsSync(path));
		t.false(existsSync(`${path}-lock`));
	});
}

test('with enough descriptors left, a file is opened', t => {
	t.deepEqual(printed(`ulimit -n 60; ${openOnce} ${newPath()} 12`), [admitted]);
});

for (const gigabytes of [8, 12, 16]) {
	test(`where a process may use ${gigabytes} GB of addresses, the error names the limit`, t => {
		const path = newPath();
		const [line] = printed(`ulimit -v ${gigabytes * 1024 * 1024}; ${openOnce} ${path}`);

		t.deepEqual(line, {
			code,
			message:
				`LocalStore cannot use ${path}: it is mapped to 16 GB of addresses, whatever its size, and this process ` +
				`may use ${gigabytes} GB in all. Raise the limit (\`ulimit -v\`)`,
		});
		t.false(existsSync(path));
	});
}
