import {statSync, truncateSync, writeFileSync} from 'node:fs';

/** What may happen to a file while processes use it. */
export const mishaps: Readonly<Record<string, (path: string) => void>> = {
	'it is truncated': path => truncateSync(path, 40_000),
	'it is emptied': path => truncateSync(path, 0),
	'it is overwritten by zeros': path => writeFileSync(path, Buffer.alloc(statSync(path).size)),
	'it is overwritten by something else': path =>
		writeFileSync(path, Buffer.alloc(statSync(path).size, 'no file of a store ')),
};
