import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {checkFile} from '../../../../source/stores/local/lmdb/check-file.ts';
import {FileError} from '../../../../source/stores/local/lmdb/file-error.ts';
import {PAGE} from '../../../support/lmdb/file-layout.ts';
import {changeRecords, numbersFrom, openFile} from '../../../support/lmdb/lmdb-file.ts';
import {temporaryFolder} from '../../../support/lmdb/temporary-folder.ts';
import {runs} from '../../../support/runs.ts';

const share = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});

/** Most damage is done to headers and to what stands behind them: in values, nobody sees it. */
const place = fc.record({
	page: fc.oneof(fc.constantFrom(0, 1 / 2 ** 20), share),
	offset: fc.oneof({weight: 3, arbitrary: fc.nat({max: 175})}, fc.nat({max: PAGE - 1})),
});

const damage = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant('write' as const),
			...{place, bytes: fc.uint8Array({minLength: 1, maxLength: 8})},
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({do: fc.constant('flip' as const), place, bit: fc.nat({max: 7})}),
	},
	fc.record({do: fc.constant('copy' as const), place, from: share, keepsNumber: fc.boolean()}),
	fc.record({do: fc.constant('fill' as const), place, byte: fc.nat({max: 255})}),
	fc.record({do: fc.constant('end' as const), place, ofPage: fc.boolean()}),
);

type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

/** @returns what is left of the file */
function carryOut(step: Damage, bytes: Buffer): Buffer {
	const pages = Math.floor(bytes.length / PAGE);
	if (pages === 0) {
		return bytes;
	}

	const page = Math.floor(step.place.page * pages) * PAGE;
	const at = page + step.place.offset;
	if (step.do === 'end') {
		return bytes.subarray(0, Math.max(step.ofPage ? page : at, 1));
	}

	if (step.do === 'write') {
		bytes.set(step.bytes.subarray(0, bytes.length - at), at);
	} else if (step.do === 'flip') {
		bytes[at] = (bytes[at] ?? 0) ^ (1 << step.bit);
	} else if (step.do === 'fill') {
		bytes.fill(step.byte, at, page + PAGE);
	} else {
		const from = Math.floor(step.from * pages) * PAGE;
		bytes.copy(
			bytes,
			step.keepsNumber ? page + 8 : page,
			step.keepsNumber ? from + 8 : from,
			from + PAGE,
		);
	}

	return bytes;
}

/** Sound files: a small one, one of many records, one after many transactions, and one that was nearly emptied. */
async function soundFiles(folder: string): Promise<readonly Buffer[]> {
	const plans = [
		{keys: 5, changes: 10, transactions: 1},
		{keys: 2000, changes: 2000, transactions: 2},
		{keys: 300, changes: 30, transactions: 100},
		{keys: 3000, changes: 500, transactions: 20},
	];

	return Promise.all(
		plans.map(async ({keys, changes, transactions}, index) => {
			const path = join(folder, `sound-${index}.mdb`);
			const database = openFile(path);
			const below = numbersFrom(index);
			for (let count = 0; count < transactions; count += 1) {
				changeRecords(database, below, {keys, changes});
			}

			if (index === 3) {
				database.transactionSync(() => {
					for (let key = 0; key < keys; key += 1) {
						database.removeSync(Buffer.from(`c:${key}`));
					}
				});
				changeRecords(database, below, {keys: 50, changes: 50});
			}

			await database.close();
			return readFileSync(path);
		}),
	);
}

/** @throws if the file is refused with another error than a `FileError` */
function isAccepted(path: string): boolean {
	try {
		checkFile(path);
		return true;
	} catch (error) {
		if (error instanceof FileError && error.cause === undefined) {
			return false;
		}

		throw error;
	}
}

/** Lets a child use the file, and returns what it says: how many records there were. */
async function useIn(child: ChildProcess, path: string): Promise<unknown> {
	const ended = new AbortController();
	const {signal} = ended;
	try {
		const response = once(child, 'message', {signal}).then(([message]) => message);
		const death = once(child, 'exit', {signal}).then(([, how]) => `the process died of ${how}`);
		child.send(path);

		return await Promise.race([response, death]);
	} finally {
		ended.abort();
	}
}

function startWalker(t: ExecutionContext): ChildProcess {
	const child = fork(new URL('../../../support/lmdb/walker.js', import.meta.url));
	t.teardown(() => child.kill());

	return child;
}

test('whatever is done to a file, it is refused, or LMDB can read and write all of it', async t => {
	const folder = temporaryFolder(t);
	const files = await soundFiles(folder);
	const child = startWalker(t);
	let accepted = 0;
	const path = join(folder, 'damaged.mdb');
	const bears = fc.asyncProperty(
		fc.nat({max: files.length - 1}),
		fc.array(damage, {minLength: 1, maxLength: 3}),
		async (index, steps) => {
			const sound: Buffer = Buffer.from(files[index] ?? '');
			const bytes = steps.reduce((left, step) => carryOut(step, left), sound);
			rmSync(`${path}-lock`, {force: true});
			writeFileSync(path, bytes);
			if (isAccepted(path)) {
				accepted += 1;
				const used = await useIn(child, path);
				if (typeof used !== 'number') {
					throw new Error(String(used));
				}
			}
		},
	);

	await t.notThrowsAsync(() => fc.assert(bears, {numRuns: runs(30), endOnFailure: true}));
	t.log(`${accepted} files were accepted`);
	t.true(accepted > 0);
});
