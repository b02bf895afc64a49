import {execFile} from 'node:child_process';
import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import type Koa from 'koa';
import supertest from 'supertest';
import {blocks, moduleFolder, root} from '../support/documents.ts';

test('every TypeScript block of the documents compiles against the built package', async t => {
	const folder = await moduleFolder(t);
	const pages = (await readdir(join(root, 'docs'))).filter(name => name.endsWith('.md'));
	const documents = ['README.md', ...pages.map(name => `docs/${name}`)];
	const modules = (await Promise.all(documents.map(document => blocks(document)))).flat();
	const files = modules.map((_code, index) => join(folder, `block-${index}.ts`));
	await Promise.all(files.map((file, index) => writeFile(file, modules[index] ?? '')));

	t.true(files.length >= 20);
	const tsc = join(root, 'node_modules/typescript/bin/tsc');
	const options =
		'--noEmit --strict --skipLibCheck false --module nodenext --target es2023 --types node';
	const {stdout} = await promisify(execFile)(
		process.execPath,
		[tsc, ...options.split(' '), '--ignoreConfig', ...files],
		{cwd: root},
	).catch((error: {stdout: string}) => error);
	t.is(stdout, '');
});

test('the first example of the README does what its comments say', async t => {
	const folder = await moduleFolder(t);
	const [example = ''] = await blocks('README.md');
	const file = join(folder, 'example.ts');
	await writeFile(file, example.replace('app.listen(3000);', 'export default app;'));
	const {default: app} = (await import(pathToFileURL(file).href)) as {default: Koa};
	const http = supertest.agent(app.callback());

	t.is((await http.get('/ping')).headers.ratelimit, '"global";r=99;t=60');
	t.is((await http.get('/search')).status, 200);
	t.is((await http.get('/search')).status, 429);
	t.is((await http.get('/feed')).status, 200);
	t.is((await http.get('/feed')).status, 429);
	t.regex((await http.get('/ping')).headers.ratelimit ?? '', /^"global";r=96;/);
	for (let guess = 0; guess < 3; guess += 1) {
		t.is((await http.post('/login')).status, 401);
	}

	t.is((await http.get('/ping')).status, 403);
	t.is((await http.get('/feed')).status, 403);
	t.is((await http.get('/health')).status, 200);
});
