import {randomBytes} from 'node:crypto';
import type {RootDatabase} from 'lmdb';
import {damaged, FileError, ofAnotherProgram} from '../lmdb/file-error.ts';
import {fileKeys} from './file-keys.ts';

/** The version of what is in the file. A file with a greater one is refused. */
const FORMAT = 1;

/** What tells a file of a store from one of another program. */
interface Format {
	readonly format: number;
	/** Secret from everyone who cannot read the file. */
	readonly salt: string;
}

/**
 * Makes sure in a transaction that the file belongs to a store, or makes it one if it is new. Returns its salt.
 *
 * @throws {FileError} if it is of another program, or of a newer version of this one
 */
export function claim(
	path: string,
	database: RootDatabase<Buffer, Buffer>,
	hasRoom: () => boolean,
): string {
	const known = database.get(fileKeys.format);
	if (known === undefined) {
		if ([...database.getRange({limit: 1})].length > 0) {
			throw ofAnotherProgram(path);
		}

		if (!hasRoom()) {
			throw new FileError(
				path,
				'the disk is full: it takes 4 MB at least. Free some space, or choose another `path`',
			);
		}

		const salt = randomBytes(16).toString('hex');
		database.putSync(fileKeys.format, Buffer.from(JSON.stringify({format: FORMAT, salt})));
		return salt;
	}

	const {format, salt} = read(known);
	if (typeof format !== 'number' || typeof salt !== 'string') {
		throw damaged(path, 'it does not say its format');
	}

	if (format > FORMAT) {
		throw new FileError(
			path,
			`a newer version of koa-gatekeeper wrote it, in format ${format}; this one knows ${FORMAT}. ` +
				'Update this process, or choose another `path`',
		);
	}

	return salt;
}

function read(bytes: Buffer): Partial<Format> {
	try {
		return JSON.parse(bytes.toString()) ?? {};
	} catch {
		return {};
	}
}
