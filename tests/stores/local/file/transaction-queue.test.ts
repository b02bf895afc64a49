import test from 'ava';
import {ReopeningFile} from '../../../../source/stores/local/file/reopening-file.ts';
import {TransactionQueue} from '../../../../source/stores/local/file/transaction-queue.ts';
import {unchanged} from '../../../../source/stores/unfinished-error.ts';
import {newPath} from '../../../support/local/opened.ts';

/** A queue for a file, with steps that write to it. */
function queue() {
	const file = new ReopeningFile(newPath(), () => {});
	const {records} = file;
	let transactions = 0;
	const queue = new TransactionQueue(
		run => {
			transactions += 1;
			file.transact(run);
		},
		() => records.changes,
	);
	const put = (name: string) => {
		records.put(Buffer.from(name), Buffer.from('written'));
		return name;
	};
	const isThere = (name: string) =>
		queue.run(() => records.get(Buffer.from(name))?.toString() === 'written');

	return {queue, put, isThere, transactions: () => transactions};
}

test('the steps of a turn share a transaction, or a few if they take long', async t => {
	const {isThere, transactions} = queue();
	const names = Array.from({length: 1000}, (_, index) => `${index}`);

	t.deepEqual(await Promise.all(names.map(isThere)), Array(1000).fill(false));
	t.true(transactions() < 100, `${transactions()} transactions`);
});

test('what a step throws is for its caller alone', async t => {
	const {queue: steps, put, isThere} = queue();
	const failing = () => {
		throw new Error('why');
	};
	const [first, failed, last] = await Promise.allSettled([
		steps.run(() => put('first')),
		steps.run(failing),
		steps.run(() => put('last')),
	]);

	t.like([first, failed, last], [{value: 'first'}, {reason: {message: 'why'}}, {value: 'last'}]);
	t.true(await isThere('first'));
	t.true(await isThere('last'));
});

test('nothing of a step is written that fails halfway, and the others of its turn are', async t => {
	const {queue: steps, put, isThere} = queue();
	const full = unchanged('The disk is full');
	const fail = (name: string) => () => {
		put(name);
		throw full;
	};
	const outcomes = await Promise.allSettled([
		steps.run(() => put('first')),
		steps.run(fail('half')),
		steps.run(() => put('middle')),
		steps.run(fail('other half')),
		steps.run(() => put('last')),
	]);

	t.like(outcomes, [
		{value: 'first'},
		{reason: full},
		{value: 'middle'},
		{reason: full},
		{value: 'last'},
	]);
	const written = await Promise.all(['first', 'half', 'middle', 'other half', 'last'].map(isThere));
	t.deepEqual(written, [true, false, true, false, true]);
});

test('a transaction that changes much takes no further step, and the others have the next one', async t => {
	const {queue: steps, put, transactions} = queue();
	const all = Array.from({length: 1000}, (_, index) => `${index}`);

	t.deepEqual(await Promise.all(all.map(name => steps.run(() => put(name)))), all);
	t.true(transactions() >= 6, `${transactions()} transactions`);
});
