import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

/** Makes a folder that is removed after the test. */
export function temporaryFolder(t: ExecutionContext): string {
	const folder = newFolder();
	t.teardown(() => removeFolder(folder));

	return folder;
}

/** Makes a folder in a hook, which has to remove it. */
export function newFolder(): string {
	return mkdtempSync(join(tmpdir(), 'koa-gatekeeper-local-'));
}

export function removeFolder(folder: string): void {
	rmSync(folder, {recursive: true, force: true});
}
