import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {LocalStore, type LocalStoreOptions} from '../../../source/local.ts';
import type {OpenedStore} from '../../stores/contract/promised.ts';

/** A directory that is gone when the process ends. */
const directory = mkdtempSync(join(tmpdir(), 'gatekeeper-'));
process.once('exit', () => rmSync(directory, {recursive: true, force: true}));

export interface OpenedLocalStore extends OpenedStore {
	readonly store: LocalStore;
	readonly path: string;
}

/** A path where no file is. */
export function newPath(): string {
	return join(directory, `${randomUUID()}.mdb`);
}

/** A store on a new file, with its own clock. */
export function openLocalStore(options: Partial<LocalStoreOptions> = {}): OpenedLocalStore {
	const {path = newPath()} = options;
	// Whole milliseconds, beyond 32 bits.
	let now = 1_800_000_000_123;

	return {
		path,
		store: new LocalStore({clock: () => now, ...options, path}),
		pass: ms => {
			now += ms;
		},
	};
}
