import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {blocks, moduleFolder, root} from '../support/documents.ts';

/** The heading above each block of the page, and the number of tests in the block. */
const testsUnder: Readonly<Record<string, number>> = {
	'A new app for each test': 2,
	'More than one client': 1,
	'One app for all tests': 2,
	'No limits in tests': 1,
};

test('the tests under each heading of the page pass', async t => {
	const folder = await moduleFolder(t);
	const imports: string[] = [];
	let tests = 0;
	for (const [index, [heading, count]] of Object.entries(testsUnder).entries()) {
		const [code = ''] = await blocks('docs/testing.md', heading);
		t.is(code.match(/^test\(/gm)?.length, count, heading);
		await writeFile(join(folder, `${index}.ts`), code);
		imports.push(`import './${index}.ts';\n`);
		tests += count;
	}

	// In one process: to start it takes longer than all the tests.
	const all = join(folder, 'all.ts');
	await writeFile(all, imports.join(''));
	const {stdout} = await promisify(execFile)(
		process.execPath,
		['--import=tsx', '--test-reporter=tap', all],
		{cwd: root, env: {...process.env, NODE_ENV: 'test', NODE_TEST_CONTEXT: undefined}},
	).catch((error: {stdout: string}) => error);

	t.regex(stdout, new RegExp(`^# pass ${tests}$`, 'm'), stdout);
	t.regex(stdout, /^# fail 0$/m, stdout);
});

test('every block of the page is tested', async t => {
	t.is((await blocks('docs/testing.md')).length, Object.keys(testsUnder).length);
});
