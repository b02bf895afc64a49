import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {processWide} from '../../../../source/process-wide.ts';
import {loadLmdb} from '../../../../source/stores/local/lmdb/load-lmdb.ts';
import {root} from '../../../support/documents.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';

/** How the two builds are loaded, where no package is installed but those that a test writes. */
const builds = {
	'an ES module': "import('./dist/stores/local/lmdb/load-lmdb.js')",
	CommonJS: "Promise.resolve(require('./dist/commonjs/stores/local/lmdb/load-lmdb.js'))",
};

/** What it needs of the builds. */
const parts = [
	...['dist/stores/local/lmdb', 'dist/checks', 'dist/process-wide.js'],
	...['dist/commonjs/stores/local/lmdb', 'dist/commonjs/checks', 'dist/commonjs/process-wide.js'],
	'dist/commonjs/package.json',
];

/** Loads a build in a process of its own, and returns the error. */
function errorOf(t: ExecutionContext, load: string, lmdb?: string): unknown {
	const folder = temporaryFolder(t);
	for (const part of parts) {
		cpSync(join(root, part), join(folder, part), {recursive: true});
	}

	writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
	if (lmdb !== undefined) {
		const place = join(folder, 'node_modules', 'lmdb');
		mkdirSync(place, {recursive: true});
		writeFileSync(join(place, 'index.js'), lmdb);
	}

	writeFileSync(
		join(folder, 'load.cjs'),
		// Packages of folders above this one must not be found.
		`require('node:module')._nodeModulePaths = () => [__dirname + '/node_modules'];
		${load}.then(({loadLmdb}) => {
			try {
				loadLmdb();
			} catch ({message, code, cause}) {
				console.log(JSON.stringify({message, code, cause: cause.message}));
			}
		});`,
	);

	return JSON.parse(execFileSync(process.execPath, ['load.cjs'], {cwd: folder, encoding: 'utf8'}));
}

test('lmdb is loaded at once, and once', t => {
	t.is(typeof loadLmdb().open, 'function');
	t.is(loadLmdb(), loadLmdb());
});

for (const [name, load] of Object.entries(builds)) {
	test(`without lmdb, the error of ${name} says what to run`, t => {
		t.like(errorOf(t, load), {
			code: 'ERR_GATEKEEPER_LMDB_MISSING',
			message: 'LocalStore needs the package lmdb, which is not installed: run `npm install lmdb`',
		});
	});

	test(`if lmdb has nothing for this platform, the error of ${name} says so`, t => {
		const why = 'No native build was found for platform=plan9';

		t.deepEqual(errorOf(t, load, `throw new Error('${why}\\nloaded from: here');`), {
			code: 'ERR_GATEKEEPER_LMDB_NOT_LOADED',
			message:
				`LocalStore needs the package lmdb, which is installed but cannot be loaded: ${why}. Run ` +
				`\`npm install lmdb\` on this machine (${process.platform} ${process.arch}), with optional dependencies`,
			cause: `${why}\nloaded from: here`,
		});
	});

	test(`if a package is missing that lmdb needs, the error of ${name} does not say that lmdb is`, t => {
		t.like(errorOf(t, load, "require('msgpackr');"), {code: 'ERR_GATEKEEPER_LMDB_NOT_LOADED'});
	});
	test(`if Node.js may load no addons, the error of ${name} says how to start it`, t => {
		const lmdb =
			"throw Object.assign(new Error('Addons are disabled.'), {code: 'ERR_DLOPEN_DISABLED'})";

		t.like(errorOf(t, load, lmdb), {
			code: 'ERR_GATEKEEPER_LMDB_NOT_LOADED',
			message:
				'LocalStore needs the package lmdb, which is installed but cannot be loaded: Addons are disabled. ' +
				'Start Node.js with `--allow-addons`',
		});
	});
}

test('all copies of this package use the same copy of lmdb', t => {
	const inAnotherCopy = processWide<unknown>('lmdb', () => 'another one');

	t.is<unknown, unknown>(loadLmdb(), inAnotherCopy);
});
