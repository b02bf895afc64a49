import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {Server} from 'node:net';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import type Koa from 'koa';
import {
	importTypeScript,
	moduleFolder,
	pages,
	root,
	typescriptBlocks,
} from '../support/documents.ts';
import {newPath} from '../support/local/opened.ts';
import {type RedisServer, startRedis} from '../support/redis/server.ts';
import {serve} from '../support/servers.ts';

let redis: RedisServer;
const listening = new Set<Server>();

test.before(async () => {
	redis = await startRedis();
	const {listen} = Server.prototype;
	Server.prototype.listen = function listenAnywhere(this: Server, ...args: unknown[]) {
		const [address, ...others] = args;
		if (!address || typeof address === 'object') {
			return Reflect.apply(listen, this, args);
		}

		// The port or path that a block names may be in use on this machine.
		listening.add(this);
		const callback = others.filter(other => typeof other === 'function');
		return Reflect.apply(listen, this, [0, '127.0.0.1', ...callback]);
	};
});
test.after.always(async () => {
	for (const server of listening) {
		server.close();
	}

	await redis?.stop();
});

test('every TypeScript block of the documents compiles against the built package', async t => {
	const folder = await moduleFolder(t);
	const files: string[] = [];
	for (const page of pages) {
		for (const [index, {module}] of (await typescriptBlocks(page)).entries()) {
			const file = join(folder, `${named(page, index)}.ts`);
			await writeFile(file, module);
			files.push(file);
		}
	}

	t.true(files.length >= 30);
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

for (const page of pages) {
	test(`every TypeScript block of ${page} runs, and its routes respond without an error`, async t => {
		const folder = await moduleFolder(t);
		for (const [index, {module, isCompiledOnly}] of (await typescriptBlocks(page)).entries()) {
			if (!isCompiledOnly) {
				await run(t, module, join(folder, `${named(page, index)}.ts`));
			}
		}

		t.pass();
	});
}

interface AppModule {
	readonly app: Koa;
	/** The client of node-redis, if the block creates one. */
	readonly client?: {destroy(): void};
}

/** Runs a block as part of an app, and sends a request to each of its routes. */
async function run(t: ExecutionContext, module: string, file: string): Promise<void> {
	await writeFile(file, asApp(module));
	const {app, client} = await importTypeScript<AppModule>(file);
	t.teardown(() => client?.destroy());
	app.silent = true;
	const errors: string[] = [];
	app.on('error', (error: Error & {expose?: boolean}) => {
		if (!error.expose) {
			errors.push(String(error.stack));
		}
	});

	const {origin} = await serve(t, app);
	for (const {method, path} of routesOf(module)) {
		const {status} = await fetch(origin + path, {method, redirect: 'manual'});
		t.true(status < 500, `${method} ${path} got ${status} from ${file}: ${errors}`);
	}

	t.deepEqual(errors, []);
}

/** Completes a block to a module that mounts its routes behind a gate, and exports its app. */
function asApp(module: string): string {
	const exports = /^const client\b/m.test(module) ? 'app, client' : 'app';
	const gate = module.includes('gatekeeper(')
		? ''
		: 'app.middleware.unshift(gatekeeper({banRule: [3, 60, 600]}));';
	const routes = module.includes('router.routes()') ? '' : 'app.use(router.routes());';

	return module
		.replaceAll("'/var/lib/app/gatekeeper.mdb'", JSON.stringify(newPath()))
		.replaceAll('new Redis()', `new Redis(${redis.port}, {retryStrategy: () => null})`)
		.replaceAll(
			'createClient()',
			`createClient({url: 'redis://127.0.0.1:${redis.port}', socket: {reconnectStrategy: false}})`,
		)
		.replace(/export \{\};\n$/, [gate, routes, `export {${exports}};\n`].join('\n'));
}

function routesOf(module: string): ReadonlyArray<{method: string; path: string}> {
	const found = module.matchAll(/\brouter\.(get|post|put|patch|delete|all)\(\s*'([^']*)'/g);
	const routes = [...found].map(([, method = '', path = '']) => ({
		method: method === 'all' ? 'GET' : method.toUpperCase(),
		path: path.replace(/:\w+/g, 'x'),
	}));

	return [{method: 'GET', path: '/'}, ...routes];
}

function named(page: string, index: number): string {
	return `${page.replace(/\W/g, '-')}-${index}`;
}
