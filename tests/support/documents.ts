import {readdirSync} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {ExecutionContext} from 'ava';
import {register} from 'tsx/esm/api';

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

/** A block of code, completed to a module. */
export interface Block {
	readonly module: string;
	/** Whether it is only compiled: the page writes ` ```ts no-run `. */
	readonly isCompiledOnly: boolean;
}

/** The lines that a block relies on and may leave out. */
const assumed: ReadonlyArray<[line: string, unless: RegExp]> = [
	["import Koa from 'koa';", /^import Koa\b/m],
	["import {Router} from '@koa/router';", /^import \{?Router\b/m],
	[
		"import {bypass, gatekeeper, specific} from 'koa-gatekeeper';",
		/^import \{[^}]*\b(?:bypass|gatekeeper|specific)\b[^}]*\} from 'koa-gatekeeper'/m,
	],
	['const app = new Koa();', /^const app\b/m],
	['const router = new Router();', /^const router\b/m],
];

/** The TypeScript blocks of a page, or of the section under one of its headings. */
export async function typescriptBlocks(page: string, heading?: string): Promise<readonly Block[]> {
	return blocksIn('ts', page, heading);
}

async function blocksIn(
	language: string,
	page: string,
	heading: string | undefined,
): Promise<readonly Block[]> {
	const found = fences(await readPage(page), heading).filter(
		({info}) => info.split(' ', 1)[0] === language,
	);

	return found.map(({info, code}) => {
		const lines = assumed.filter(([, unless]) => !unless.test(code)).map(([line]) => line);
		return {
			module: [...lines, code, 'export {};\n'].join('\n'),
			isCompiledOnly: info === 'ts no-run',
		};
	});
}

/** The text of the same modules, or of those in another language. */
export async function blocks(
	page: string,
	heading?: string,
	language = 'ts',
): Promise<readonly string[]> {
	return (await blocksIn(language, page, heading)).map(({module}) => module);
}

/**
 * The first fenced block of a language under a heading, without its fences.
 *
 * @param start how the block begins
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
	/** The text after the opening fence, such as `ts no-run`. */
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

/** Runs a module, and returns its exports. */
export async function importModule<Exports>(t: ExecutionContext, code: string): Promise<Exports> {
	const file = join(await moduleFolder(t), 'module.ts');
	await writeFile(file, code);

	return importTypeScript<Exports>(file);
}

let isRegistered = false;

/** The tests themselves are compiled; the blocks of the documents are loaded as TypeScript. */
export async function importTypeScript<Exports>(file: string): Promise<Exports> {
	if (!isRegistered) {
		register();
		isRegistered = true;
	}

	return (await import(pathToFileURL(file).href)) as Exports;
}

/** A temporary folder for such modules, inside the repository so that they can import the built package. */
export async function moduleFolder(t: ExecutionContext): Promise<string> {
	const folder = await mkdtemp(join(root, '.readme-'));
	t.teardown(() => rm(folder, {recursive: true}));
	return folder;
}
