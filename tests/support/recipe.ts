import type {Router} from '@koa/router';
import type {ExecutionContext} from 'ava';
import type Koa from 'koa';
import type {Agent} from 'supertest';
import type {bypass, Gatekeeper, specific} from '../../source/index.ts';
import {blocks, importModule} from './documents.ts';
import {agents} from './servers.ts';

/** A recipe that runs: a block of a page. */
export interface Recipe {
	readonly app: Koa;
	readonly router: Router;
	readonly bypass: typeof bypass;
	readonly specific: typeof specific;
	/** Sends requests as a proxy on this machine that names the client in `X-Forwarded-For`. */
	from(client: string): Agent;
	/** Moves the clock of every gate on by milliseconds. */
	pass(ms: number): void;
	/** The constants and functions that the block declares. */
	readonly own: Readonly<Record<string, unknown>> & {readonly gate: Gatekeeper};
}

/*
 * Replaces the import that a block may leave out: every gate reads X-Forwarded-For, and has its own store
 * with a clock that only the test moves.
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

/**
 * Runs a block of a page as a module, which does not listen on a fixed port.
 *
 * @param heading of the block's section; of the whole page if it is undefined
 * @param place of the block there
 * @param language of the block, as after its fence
 */
export async function openRecipe(
	t: ExecutionContext,
	document: string,
	heading?: string,
	place = 0,
	language = 'ts',
): Promise<Recipe> {
	const code = (await blocks(document, heading, language))[place] ?? '';
	const own = [...code.matchAll(/^(?:const|(?:async )?function) (\w+)/gm)].map(([, name]) => name);
	const made = await importModule<Recipe['own'] & Omit<Recipe, 'own'>>(
		t,
		code
			.replace("import {bypass, gatekeeper, specific} from 'koa-gatekeeper';", prelude)
			.replace(/^\w+\.listen\(.*$/gm, '')
			.replace('.listen(3000)', ".listen(0, '127.0.0.1')")
			.replace('export {};', 'app.use(router.routes());')
			.concat(`export {bypass, specific, pass, ${[...new Set([...own, 'app', 'router'])]}};\n`),
	);
	const {app, router} = made;
	app.silent = true;
	router.get('/ping', ctx => {
		ctx.body = 'pong';
	});

	return {...made, own: made, from: agents(app).from};
}

/** Sends a request `count` times, one after the other, and returns the statuses. */
export async function repeat(
	count: number,
	request: () => PromiseLike<{readonly status: number}>,
): Promise<readonly number[]> {
	const seen: number[] = [];
	for (let sent = 0; sent < count; sent += 1) {
		seen.push((await request()).status);
	}

	return seen;
}
