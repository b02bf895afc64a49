import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a block takes for granted, unless it says so itself. */
const granted: ReadonlyArray<[line: string, unless: RegExp]> = [
	["import Koa from 'koa';", /^import Koa\b/m],
	["import {Router} from '@koa/router';", /^import \{Router\}/m],
	[
		"import {bypass, gatekeeper, specific} from 'koa-gatekeeper';",
		/^import \{[^}]*\bgatekeeper\b[^}]*\} from 'koa-gatekeeper';/m,
	],
	['const app = new Koa();', /^const app\b/m],
	['const router = new Router();', /^const router\b/m],
];

/** The TypeScript blocks of a document, or of what stands under one of its headings, as modules. */
export async function blocks(document: string, heading?: string): Promise<readonly string[]> {
	const text = await readFile(join(root, document), 'utf8');
	const section = heading === undefined ? text : (text.split(`\n## ${heading}\n`)[1] ?? '');
	const end = heading === undefined ? -1 : section.indexOf('\n## ');
	const found = [
		...(end === -1 ? section : section.slice(0, end)).matchAll(/^```ts\n(.*?)^```/gms),
	];

	return found.map(([, code = '']) => {
		const lines = granted.filter(([, unless]) => !unless.test(code)).map(([line]) => line);
		return [...lines, code, 'export {};\n'].join('\n');
	});
}

/** A folder for such modules, from where they find the built package. */
export async function moduleFolder(t: ExecutionContext): Promise<string> {
	const folder = await mkdtemp(join(root, '.readme-'));
	t.teardown(() => rm(folder, {recursive: true}));
	return folder;
}
