import {closeSync, openSync, readFileSync} from 'node:fs';
import {devNull} from 'node:os';
import {FileError, inaccessible} from './file-error.ts';

/** More descriptors than LMDB needs to open a file. */
const DESCRIPTORS = 8;

/** Bytes of addresses that a process may need for something else meanwhile. */
const MARGIN = 64 * 1024 * 1024;

/**
 * Checks that the system lets this process open and map the file. Where LMDB finds that it does not, it frees memory
 * twice, and the process may end.
 *
 * @param path that of the file, for the error
 * @param mapSize bytes that it is mapped to
 * @throws {FileError}
 */
export function checkLimits(path: string, mapSize: number): void {
	checkDescriptors(path);
	const allowed = addressLimit();
	if (allowed !== undefined && allowed < addressesUsed() + mapSize + MARGIN) {
		const [wanted, given] = [mapSize, allowed].map(bytes => `${Math.floor(bytes / 2 ** 30)} GB`);
		throw new FileError(
			path,
			`it is mapped to ${wanted} of addresses, whatever its size, and this process may use ${given} in all. ` +
				'Raise the limit (`ulimit -v`)',
		);
	}
}

function checkDescriptors(path: string): void {
	const opened: number[] = [];
	try {
		while (opened.length < DESCRIPTORS) {
			opened.push(openSync(devNull, 'r'));
		}
	} catch (error) {
		throw inaccessible(path, path, error);
	} finally {
		opened.forEach(closeSync);
	}
}

/** Bytes of addresses that this process may use. Undefined if there is no limit, or the system does not say. */
function addressLimit(): number | undefined {
	const limit = /^Max address space +(\d+)/m.exec(textOf('/proc/self/limits'))?.[1];
	return limit === undefined ? undefined : Number(limit);
}

function addressesUsed(): number {
	return 1024 * Number(/^VmSize:\s+(\d+) kB/m.exec(textOf('/proc/self/status'))?.[1] ?? 0);
}

function textOf(name: string): string {
	try {
		return readFileSync(name, 'utf8');
	} catch {
		return '';
	}
}
