import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Router} from '@koa/router';
import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import type {Agent} from 'supertest';
import type {bypass, Gatekeeper, specific} from '../../source/index.ts';
import {blocks, moduleFolder} from './documents.ts';
import {agents} from './servers.ts';

/** What the first block under a heading makes, and what a test needs of it. */
export interface Recipe {
	readonly app: Koa;
	readonly router: Router;
	readonly bypass: typeof bypass;
	readonly specific: typeof specific;
	/** Requests from a client that a proxy on this machine names. */
	from(client: string): Agent;
	/** Lets time pass for every gate, in milliseconds. */
	pass(ms: number): void;
	/** The constants of the block. */
	readonly own: Readonly<Record<string, unknown>> & {readonly gate: Gatekeeper};
}

/*
 * In place of the import that a block takes for granted: every gate reads X-Forwarded-For, and has a store
 * of its own on one clock that tests move.
 */
const prelude = `
import * as library from 'koa-gatekeeper';
const {bypass, specific} = library;
let now = 0;
const clock = () => now;
const pass = ms => {
	now += ms;
};
const gatekeeper = options =>
	library.gatekeeper({
		ipHeader: 'X-Forwarded-For',
		store: new library.MemoryStore({clock}),
		...options,
	});
`;

/** Runs the first block under a heading as a module. What it would listen on, the test serves. */
export async function openRecipe(
	t: ExecutionContext,
	document: string,
	heading: string,
): Promise<Recipe> {
	const [code = ''] = await blocks(document, heading);
	const own = [...code.matchAll(/^const (\w+)/gm)].map(([, name]) => name);
	const file = join(await moduleFolder(t), 'recipe.ts');
	await writeFile(
		file,
		code
			.replace("import {bypass, gatekeeper, specific} from 'koa-gatekeeper';", prelude)
			.replace(/^\w+\.listen\(.*$/gm, '')
			.replace('.listen(3000)', ".listen(0, '127.0.0.1')")
			.replace('export {};', 'app.use(router.routes());')
			.concat(`export {bypass, specific, pass, ${[...new Set([...own, 'app', 'router'])]}};\n`),
	);
	const made = (await import(pathToFileURL(file).href)) as Recipe['own'] & Omit<Recipe, 'own'>;
	const {app, router} = made;
	app.silent = true;
	router.get('/ping', ctx => {
		ctx.body = 'pong';
	});

	return {...made, own: made, from: agents(app).from};
}

/** The statuses of so many requests, one after the other. */
export async function statuses(
	count: number,
	request: () => PromiseLike<{readonly status: number}>,
): Promise<readonly number[]> {
	const seen: number[] = [];
	for (let sent = 0; sent < count; sent += 1) {
		seen.push((await request()).status);
	}

	return seen;
}
