import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import type Koa from 'koa';
import supertest from 'supertest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a block takes for granted, unless it says so itself. */
const granted: ReadonlyArray<[line: string, unless: RegExp]> = [
	["import Koa from 'koa';", /^import Koa\b/m],
	["import {Router} from '@koa/router';", /^import \{Router\}/m],
	["import {bypass, gatekeeper, specific} from 'koa-gatekeeper';", /^import \{bypass\b/m],
	['const app = new Koa();', /^const app\b/m],
	['const router = new Router();', /^const router\b/m],
];

/** The TypeScript blocks of the README, each as a module of its own. */
async function blocks(): Promise<readonly string[]> {
	const readme = await readFile(join(root, 'README.md'), 'utf8');
	const found = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);

	return found.map(code => {
		const lines = granted.filter(([, unless]) => !unless.test(code)).map(([line]) => line);
		return [...lines, code, 'export {};\n'].join('\n');
	});
}

test('every TypeScript block of the README compiles against the built package', async t => {
	const folder = await mkdtemp(join(root, '.readme-'));
	t.teardown(() => rm(folder, {recursive: true}));
	const modules = await blocks();
	const files = modules.map((_code, index) => join(folder, `block-${index}.ts`));
	await Promise.all(files.map((file, index) => writeFile(file, modules[index] ?? '')));

	t.true(files.length >= 10);
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
	const folder = await mkdtemp(join(root, '.readme-'));
	t.teardown(() => rm(folder, {recursive: true}));
	const [example = ''] = await blocks();
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
