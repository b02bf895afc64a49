import {createRequire} from 'node:module';
import type {Router as Router15} from '@koa/router';

const require = createRequire(import.meta.url);

/** Each version of a router that the gate can read, and the package that it is installed as. */
export const routerPackages = {
	'@koa/router 15': '@koa/router',
	'@koa/router 14': 'koa-router-14',
	'@koa/router 13': 'koa-router-13',
	'@koa/router 12': 'koa-router-12',
	'@koa/router 11': 'koa-router-11',
	'koa-router 14': 'plain-koa-router-14',
	'koa-router 13': 'plain-koa-router-13',
	'koa-router 12': 'plain-koa-router-12',
	'koa-router 11': 'plain-koa-router-11',
} as const;

export type RouterVersion = keyof typeof routerPackages;

/** The class of a package, typed as that of @koa/router 15. Before 15, it is the package's default export. */
export function routerOf(packageName: string): typeof Router15 {
	const loaded = require(packageName);
	return loaded.Router ?? loaded.default ?? loaded;
}

export function majorOf(version: RouterVersion): number {
	return Number(version.split(' ')[1]);
}
