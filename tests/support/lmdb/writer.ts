import {changeRecords, numbersFrom, openFile} from './lmdb-file.ts';

/* A process that writes into a file until it is killed. */

const [, , path = '', seed = '0'] = process.argv;
const database = openFile(path);
const below = numbersFrom(Number(seed));
changeRecords(database, below, {keys: 3000, changes: 100});
process.send?.('writing');
for (;;) {
	changeRecords(database, below, {keys: 3000, changes: below(300)});
}
