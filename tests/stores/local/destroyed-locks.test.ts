import test, {type ExecutionContext} from 'ava';
import {LocalStore} from '../../../source/local.ts';
import {destroyLocks, placesOfLocks} from '../../support/lmdb/destroy-locks.ts';
import {type Database, openFile} from '../../support/lmdb/lmdb-file.ts';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';
import {limit} from '../contract/promised.ts';

interface Destroyed {
	readonly path: string;
	/** The same file, as this process has it open. */
	readonly database: Database;
}

const rules = [limit(100, 3_600_000)];
const places = placesOfLocks();

/** Destroys locks of the file of a store, as a process does that closes it while this one opens it. */
async function destroyed(t: ExecutionContext, where = places): Promise<Destroyed> {
	const path = newPath();
	// It would see that the locks are of no use, and close the file.
	await new LocalStore({path}).close();
	const database = openFile(path);
	t.teardown(() => database.close());
	destroyLocks(path, where);

	return {path, database};
}

test('a process opens a file whose locks were destroyed, and another one that has it open goes on', async t => {
	const {path, database} = await destroyed(t);
	t.is(places.length, 3);
	t.throws(() => database.transactionSync(() => {}), {message: /^Invalid argument/});

	const opener = await StoreProcess.begin(t, {path});
	t.notThrows(() => database.transactionSync(() => {}));
	t.like(await opener.call('admit', 'client', [], {}), {kind: 'admitted'});
});

test('a process goes on with what another one has mended a part of', async t => {
	const {path, database} = await destroyed(t, places.slice(1));

	const opener = await StoreProcess.begin(t, {path});
	t.notThrows(() => database.transactionSync(() => {}));
	t.like(await opener.call('admit', 'client', [], {}), {kind: 'admitted'});
});

test('processes that open a file at once whose locks were destroyed count together', async t => {
	const {path} = await destroyed(t);
	const processes = await Promise.all(Array.from({length: 4}, () => StoreProcess.begin(t, {path})));

	for (let round = 0; round < 5; round += 1) {
		const admitted = await Promise.all(
			processes.map(process => process.call<number>('admitted', `client ${round}`, rules, 500)),
		);
		t.is(
			admitted.reduce((sum, each) => sum + each),
			100,
		);
	}
});
