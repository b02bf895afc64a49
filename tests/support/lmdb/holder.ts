import {readSync, writeSync} from 'node:fs';
import {openFile} from './lmdb-file.ts';

/* A process that begins a transaction, says so, and ends it when it is told to. */

const [, , path = ''] = process.argv;
const [STDIN, STDOUT] = [0, 1];
const database = openFile(path);
database.transactionSync(() => {
	writeSync(STDOUT, 'begun');
	readSync(STDIN, Buffer.alloc(1));
});
await database.close();
