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

for (const [heading, count] of Object.entries(testsUnder)) {
	test(`the tests under "${heading}" pass`, async t => {
		const [code = ''] = await blocks('docs/testing.md', heading);
		const file = join(await moduleFolder(t), 'page.test.ts');
		await writeFile(file, code);
		const {stdout} = await promisify(execFile)(
			process.execPath,
			['--import=tsx', '--test', '--test-reporter=tap', file],
			{cwd: root, env: {...process.env, NODE_ENV: 'test', NODE_TEST_CONTEXT: undefined}},
		).catch((error: {stdout: string}) => error);

		t.regex(stdout, new RegExp(`^# pass ${count}$`, 'm'), stdout);
		t.regex(stdout, /^# fail 0$/m, stdout);
	});
}

test('every block of the page is tested', async t => {
	t.is((await blocks('docs/testing.md')).length, Object.keys(testsUnder).length);
});
