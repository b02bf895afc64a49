import {pm2} from './pm2.ts';
import type {Project} from './project.ts';

/** The README's example, and what its comments promise. */
const example = (load: string, start: string) => `${load}
const app = new Koa();
const router = new Router();
app.use(gatekeeper({banRule: [3, 60, 600], rateLimitRule: [100, 60]}));
router.get('/ping', ctx => {
	ctx.body = 'pong';
});
router.post('/login', ctx => {
	ctx.report();
	ctx.throw(401);
});
router.get('/search', specific([1, 10]), ctx => {
	ctx.body = 'found';
});
router.get('/health', bypass(), ctx => {
	ctx.body = 'ok';
});
app.silent = true;
app.use(router.routes());
${start}
`;

const check = `
async function check(get) {
	const statuses = [];
	for (const [method, path] of [
		['GET', '/ping'], ['GET', '/search'], ['GET', '/search'], ['POST', '/login'],
		['POST', '/login'], ['POST', '/login'], ['GET', '/ping'], ['GET', '/health'],
	]) {
		statuses.push(await get(method, path));
	}

	const all = statuses.join(' ');
	if (all !== '200 200 429 401 401 401 403 200') {
		throw new Error('The example responded ' + all);
	}
}`;

const serve = `${check}
const server = app.listen(0, '127.0.0.1', async () => {
	const origin = 'http://127.0.0.1:' + server.address().port;
	await check(async (method, path) => {
		const response = await fetch(origin + path, {method});
		await response.text();
		return response.status;
	});
	console.log('ok');
	process.exit(0);
});`;

const importAll = `import Koa from 'koa';
import * as routers from '@koa/router';
import {bypass, gatekeeper, specific} from 'koa-gatekeeper';
import {dashboard} from 'koa-gatekeeper/dashboard';
import {RedisStore} from 'koa-gatekeeper/redis';
const Router = routers.Router ?? routers.default;
if (typeof RedisStore !== 'function') throw new Error('no RedisStore');
dashboard(gatekeeper(), {authorize: () => false});`;

const requireAll = `const Koa = require('koa');
const routers = require('@koa/router');
const {bypass, gatekeeper, specific} = require('koa-gatekeeper');
const {dashboard} = require('koa-gatekeeper/dashboard');
const {RedisStore} = require('koa-gatekeeper/redis');
const Router = routers.Router ?? routers;
if (typeof RedisStore !== 'function') throw new Error('no RedisStore');
dashboard(gatekeeper(), {authorize: () => false});`;

const esModule: string = example(importAll, serve);
const commonJs = example(requireAll, serve);

const jestTest = example(
	requireAll,
	`${check}
test('the example does what it says', async () => {
	const server = app.listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	const origin = 'http://127.0.0.1:' + server.address().port;
	await check(async (method, path) => {
		const response = await fetch(origin + path, {method, headers: {connection: 'close'}});
		await response.text();
		return response.status;
	});
	server.closeAllConnections();
	await new Promise(resolve => server.close(resolve));
});`,
);

/** What must compile, and what must not. */
const types = (router: string) => `import Koa from 'koa';
import {bypass, gatekeeper, MemoryStore, specific, type Standing} from 'koa-gatekeeper';
import {dashboard} from 'koa-gatekeeper/dashboard';
import {RedisStore} from 'koa-gatekeeper/redis';
${router}

interface MyState extends Koa.DefaultState {
	user: string;
}

const app = new Koa<MyState>();
const router = new Router<MyState>();
app.use(gatekeeper({banRule: [3, 60, 600], rateLimitRule: [100, '1m'], store: new MemoryStore()}));
router.get('/a', specific([1, 10]), async ctx => {
	const standing: Standing = await ctx.report({weight: 2});
	const client: string = ctx.state.gatekeeper.client;
	ctx.body = [standing.banned, client, ctx.state.user.toUpperCase()];
	// @ts-expect-error it is no number
	const wrong: number = ctx.report;
	// @ts-expect-error no such option
	ctx.report({wieght: 2});
	// @ts-expect-error no such field
	ctx.state.gatekeeper.nothing;
	return wrong;
});
router.get('/b', bypass(), ctx => {
	ctx.body = 'ok';
});
router.all(
	'/gate',
	dashboard<MyState>(gatekeeper(), {authorize: ctx => ctx.state.user === 'admin'}),
);
app.use(router.routes());
// @ts-expect-error authorize is required
dashboard(gatekeeper(), {});
// @ts-expect-error a ban rule has a duration
gatekeeper({banRule: [3, 60]});
// @ts-expect-error it takes a client
new RedisStore();
`;

const compilerOptions = {
	strict: true,
	skipLibCheck: false,
	noEmit: true,
	target: 'es2022',
	types: ['node'],
};

const typed = (
	packages: readonly string[],
	options: Readonly<Record<string, unknown>>,
	router: string,
	type: 'module' | 'commonjs' = 'commonjs',
): Project => ({
	packages: ['@types/node@20', ...packages],
	files: {
		'package.json': JSON.stringify({name: 'typed', private: true, type}),
		'tsconfig.json': JSON.stringify({
			compilerOptions: {...compilerOptions, ...options},
			include: ['app.ts'],
		}),
		'app.ts': types(router),
	},
	commands: ['npx tsc'],
});

const newest = ['koa@3', '@types/koa@3', '@koa/router@15'];
const koa2 = ['koa@2', '@types/koa@2', '@koa/router@12', '@types/koa__router@12'];
const named = "import {Router} from '@koa/router';";
const byDefault = "import Router from '@koa/router';";
const plain = "import Router from 'koa-router';";

/** Bans a client in a file. */
const openLmdb = `
function openLmdb() {
	const store = new LocalStore({path: 'test.mdb'});
	return store
		.ban('a', {duration: Infinity})
		.then(() => store.admit('a', [], {}))
		.then(({kind}) => {
			if (kind !== 'banned') throw new Error('nothing was written');
			return store.close();
		});
}`;

const importLocal = `import {LocalStore} from 'koa-gatekeeper/local';\n${openLmdb}`;
const requireLocal = `const {LocalStore} = require('koa-gatekeeper/local');\n${openLmdb}`;
const testLocal = "test('lmdb can be loaded', () => openLmdb());";

/** The entry `local`, where lmdb is loaded when it is first needed. */
const local: Readonly<Record<string, Project>> = {
	'local, an ES module and CommonJS': {
		packages: ['koa', 'lmdb'],
		files: {
			'check.mjs': `${importLocal}\nawait openLmdb();`,
			'check.cjs': `${requireLocal}\nopenLmdb();`,
		},
		commands: ['node check.mjs', 'node check.cjs'],
	},
	'local, without lmdb': {
		packages: ['koa'],
		files: {
			'check.mjs': `${importLocal}
let code;
try { openLmdb(); } catch (error) { code = error.code; }
if (code !== 'ERR_GATEKEEPER_LMDB_MISSING') throw new Error('The code is ' + code);`,
		},
		commands: ['node check.mjs'],
	},
	'local, Jest 30': {
		packages: ['koa', 'lmdb', 'jest@30'],
		files: {'local.test.js': `${requireLocal}\n${testLocal}`},
		commands: ['npx jest'],
	},
	'local, Jest 29': {
		packages: ['koa', 'lmdb', 'jest@29'],
		files: {'local.test.js': `${requireLocal}\n${testLocal}`},
		commands: ['npx jest'],
	},
	'local, Vitest 3': {
		packages: ['koa', 'lmdb', 'vitest@3'],
		files: {
			'local.test.js': `import {test} from 'vitest';\n${importLocal}\n${testLocal}`,
		},
		commands: ['npx vitest run'],
	},
	'local, Bun': {
		packages: ['koa', 'lmdb', 'bun'],
		files: {'check.mjs': `${importLocal}\nawait openLmdb();`},
		commands: ['npx bun check.mjs'],
	},
	'local, Deno': {
		packages: ['koa', 'lmdb', 'deno'],
		files: {'check.mjs': `${importLocal}\nawait openLmdb();`},
		commands: ['npx deno run --allow-all check.mjs'],
	},
	'local, tsx': {
		packages: ['koa', 'lmdb', 'tsx'],
		files: {
			'check.mts': `${importLocal}\nawait openLmdb();`,
			'check.ts': `${requireLocal}\nopenLmdb();`,
		},
		commands: ['npx tsx check.mts', 'npx tsx check.ts'],
	},
};

/** The versions of the optional peers that the package supports. */
const peers = {
	'@koa/router': [11, 12, 13, 14, 15],
	'koa-router': [11, 12, 13, 14],
	'@types/koa': [2, 3],
	redis: [4, 5, 6],
	ioredis: [4, 5, 6],
	iovalkey: ['0.4'],
};

const besidePeers = Object.entries(peers).flatMap(([name, versions]) =>
	versions.map((version): [string, Project] => [
		`npm beside ${name} ${version}`,
		{
			packages: ['koa', `${name}@${version}`],
			files: {
				'check.cjs': "require('koa-gatekeeper/redis'); require('koa-gatekeeper').gatekeeper();",
			},
			commands: ['node check.cjs'],
		},
	]),
);

export const projects: Readonly<Record<string, Project>> = {
	...Object.fromEntries(besidePeers),
	...local,
	...pm2,
	'an ES module': {
		packages: ['koa', '@koa/router'],
		files: {'check.mjs': esModule},
		commands: ['node check.mjs'],
	},
	CommonJS: {
		packages: ['koa', '@koa/router'],
		files: {'check.cjs': commonJs},
		commands: ['node check.cjs'],
	},
	'Koa 2.13 and @koa/router 11': {
		packages: ['koa@2.13.0', '@koa/router@11'],
		files: {'check.cjs': commonJs, 'check.mjs': esModule},
		commands: ['node check.cjs', 'node check.mjs'],
	},
	'peers that are not used': {
		packages: ['koa', '@koa/router@8', 'koa-router@7', 'redis@3', 'ioredis@3', 'iovalkey@0.2'],
		files: {'check.cjs': "require('koa-gatekeeper').gatekeeper();"},
		commands: ['node check.cjs'],
	},
	'TypeScript 7, nodenext, an ES module': typed(
		['typescript@7', ...newest],
		{module: 'nodenext'},
		named,
		'module',
	),
	'TypeScript 5.9, nodenext, CommonJS': typed(
		['typescript@5.9', ...newest],
		{module: 'nodenext', esModuleInterop: true},
		named,
	),
	'TypeScript 5.9, bundler': typed(
		['typescript@5.9', ...newest],
		{module: 'esnext', moduleResolution: 'bundler'},
		named,
	),
	'TypeScript 7, commonjs and bundler': typed(
		['typescript@7', ...newest],
		{module: 'commonjs', moduleResolution: 'bundler'},
		named,
	),
	'TypeScript 5.9, nodenext, koa-router 14': typed(
		['typescript@5.9', 'koa@3', '@types/koa@3', 'koa-router@14', '@types/koa-router@7'],
		{module: 'nodenext', esModuleInterop: true},
		plain,
	),
	'TypeScript 5.1, commonjs and node10, Koa 2': typed(
		['typescript@5.1', ...koa2],
		{module: 'commonjs', moduleResolution: 'node', esModuleInterop: true},
		byDefault,
	),
	'TypeScript 5.1, node16, Koa 2': typed(
		['typescript@5.1', ...koa2],
		{module: 'node16', esModuleInterop: true},
		byDefault,
	),
	'TypeScript 5.9, commonjs, Koa 2 and koa-router': typed(
		['typescript@5.9', 'koa@2', '@types/koa@2', 'koa-router@12', '@types/koa-router@7'],
		{module: 'commonjs', moduleResolution: 'node', esModuleInterop: true},
		plain,
	),
	'Jest 30': {
		packages: ['koa', '@koa/router', 'jest@30'],
		files: {'example.test.js': jestTest},
		commands: ['npx jest'],
	},
	'Jest 29 and ts-jest': {
		packages: [
			'jest@29',
			'ts-jest@29',
			'@types/jest@29',
			'typescript@5.9',
			'@types/node@20',
			...koa2,
		],
		files: {
			'jest.config.js': "module.exports = {preset: 'ts-jest'};",
			'tsconfig.json': JSON.stringify({
				compilerOptions: {
					module: 'commonjs',
					moduleResolution: 'node',
					esModuleInterop: true,
					allowJs: true,
					strict: false,
				},
			}),
			'example.test.ts': `// @ts-nocheck\n${jestTest}`,
		},
		commands: ['npx jest'],
	},
	'ts-node': {
		packages: ['ts-node@10', 'typescript@5.9', '@types/node@20', ...koa2],
		files: {
			'tsconfig.json': JSON.stringify({compilerOptions: {esModuleInterop: true, strict: false}}),
			'check.ts': `// @ts-nocheck\n${commonJs}`,
		},
		commands: ['npx ts-node check.ts'],
	},
	'Vitest 3': {
		packages: ['koa', '@koa/router', 'vitest@3'],
		files: {
			'example.test.js': `import {createRequire} from 'node:module';\nimport {test} from 'vitest';\nconst require = createRequire(import.meta.url);\n${jestTest}`,
		},
		commands: ['npx vitest run'],
	},
	Bun: {
		packages: ['koa', '@koa/router', 'bun'],
		files: {'check.mjs': esModule},
		commands: ['npx bun check.mjs'],
	},
	Deno: {
		packages: ['koa', '@koa/router', 'deno'],
		files: {'check.mjs': esModule},
		commands: ['npx deno run --allow-all check.mjs'],
	},
};
