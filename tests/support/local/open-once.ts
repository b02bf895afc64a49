import {closeSync, openSync} from 'node:fs';
import {LocalStore} from '../../../source/local.ts';
import {newPath} from './opened.ts';

/*
 * A process that opens the file of a store, asks about a client, and prints the verdict or the error.
 */

const [, , path = '', spareDescriptors] = process.argv;

const opened: number[] = [];

/** Opens files until the system allows so many more. */
function leaveDescriptors(spare: number): void {
	try {
		for (;;) {
			opened.push(openSync('/dev/null', 'r'));
		}
	} catch {
		opened.splice(0, spare).forEach(closeSync);
	}
}

try {
	if (spareDescriptors !== undefined) {
		// Then LMDB is loaded, and its thread has begun.
		const other = new LocalStore({path: newPath()});
		await other.admit('client', [], {});
		leaveDescriptors(Number(spareDescriptors));
	}

	const store = new LocalStore({path});
	console.log(JSON.stringify(await store.admit('client', [], {})));
	await store.close();
} catch (error) {
	const {message, code} = error as {message: string; code: string};
	console.log(JSON.stringify({message, code}));
}

opened.forEach(closeSync);
process.exit();
