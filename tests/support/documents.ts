import {readdirSync} from 'node:fs';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {register} from 'tsx/esm/api';

// The tests themselves are compiled; the blocks of the documents are loaded as TypeScript.
register();

/** The root of the repository: AVA runs every test from there. */
export const root = process.cwd();

/** The README and every page of docs/, as paths from the root. */
export const pages: readonly string[] = [
	'README.md',
	...readdirSync(join(root, 'docs'))
		.filter(name => name.endsWith('.md'))
		.map(name => `docs/${name}`),
];

export function readPage(page: string): Promise<string> {
	return readFile(join(root, page), 'utf8');
}

/** A block of TypeScript, as a module of its own. */
export interface Block {
	readonly module: string;
	/** Whether it is only compiled: the page writes ` ```ts no-run `. */
	readonly isCompiledOnly: boolean;
}

/** What a block takes for granted, unless it says so itself. */
const granted: ReadonlyArray<[line: string, unless: RegExp]> = [
	["import Koa from 'koa';", /^import Koa\b/m],
	["import {Router} from '@koa/router';", /^import \{?Router\b/m],
	[
		"import {bypass, gatekeeper, specific} from 'koa-gatekeeper';",
		/^import \{[^}]*\b(?:bypass|gatekeeper|specific)\b[^}]*\} from 'koa-gatekeeper'/m,
	],
	['const app = new Koa();', /^const app\b/m],
	['const router = new Router();', /^const router\b/m],
];

/** The TypeScript blocks of a page, or of what stands under one of its headings. */
export async function typescriptBlocks(page: string, heading?: string): Promise<readonly Block[]> {
	const found = fences(await readPage(page), heading).filter(({info}) => /^ts\b/.test(info));

	return found.map(({info, code}) => {
		const lines = granted.filter(([, unless]) => !unless.test(code)).map(([line]) => line);
		return {
			module: [...lines, code, 'export {};\n'].join('\n'),
			isCompiledOnly: info === 'ts no-run',
		};
	});
}

/** The same blocks, as modules alone. */
export async function blocks(page: string, heading?: string): Promise<readonly string[]> {
	return (await typescriptBlocks(page, heading)).map(({module}) => module);
}

/**
 * The first fenced block of a language under a heading, without its fences.
 *
 * @param start what it begins with
 */
export async function sample(
	page: string,
	heading: string,
	language: string,
	start = '',
): Promise<string> {
	const found = fences(await readPage(page), heading).find(
		({info, code}) => info === language && code.startsWith(start),
	);
	if (found === undefined) {
		throw new Error(`${page} shows no ${language} under ${heading}`);
	}

	return found.code;
}

interface Fence {
	/** What stands behind the opening fence. */
	readonly info: string;
	readonly code: string;
}

function fences(text: string, heading?: string): readonly Fence[] {
	const section = heading === undefined ? text : (text.split(`\n## ${heading}\n`)[1] ?? '');
	const end = heading === undefined ? -1 : section.indexOf('\n## ');
	const shown = end === -1 ? section : section.slice(0, end);

	return [...shown.matchAll(/^```(.*)\n((?:.*\n)*?)```$/gm)].map(([, info = '', code = '']) => ({
		info,
		code,
	}));
}

/** A folder for such modules, from where they find the built package. */
export async function moduleFolder(t: ExecutionContext): Promise<string> {
	const folder = await mkdtemp(join(root, '.readme-'));
	t.teardown(() => rm(folder, {recursive: true}));
	return folder;
}
