import nodeModule = require('node:module');

/*
 * A store is made at once, and only then needs `lmdb`: an ES module cannot load a package so. This file is CommonJS
 * in both builds.
 */

/**
 * The `require` of Node.js: in the place of that of a file, tsx puts one that loads packages as `import` does. A bundle
 * may have no `__filename`, and a `require` that its maker has seen to.
 */
const load = typeof __filename === 'string' ? nodeModule.createRequire(__filename) : require;

export = {
	/** @throws if there is no such package */
	find: (): string => load.resolve('lmdb'),
	load: (): typeof import('lmdb') => load('lmdb'),
};
