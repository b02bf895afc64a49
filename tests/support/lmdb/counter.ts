import {setImmediate} from 'node:timers/promises';
import {Count} from './counting.ts';
import {openFile} from './lmdb-file.ts';

/* A process that adds to a count in a file, or opens and closes the file, a number of times. */

const [, , path = '', what = '', times = '0'] = process.argv;
if (what === 'open') {
	for (let time = 0; time < Number(times); time += 1) {
		await openFile(path).close();
		await setImmediate();
	}
} else {
	const count = new Count(path);
	for (let time = 0; time < Number(times); time += 1) {
		count.add(1);
	}

	await count.close();
}
