import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {AddressList} from '../../../source/index.ts';
import {runs} from '../../support/runs.ts';

test('replace() takes all new entries, or none', async t => {
	const list = new AddressList(['10.0.0.0/8']);

	await t.throwsAsync(list.replace(['192.0.2.0/24', 'evil']), {
		instanceOf: TypeError,
		message: /^`replace\(\)\[1\]` must be /,
	});
	t.true(list.has('10.0.0.1'));
	t.false(list.has('192.0.2.1'));
	await list.replace(['192.0.2.0/24']);
	t.false(list.has('10.0.0.1'));
	t.true(list.has('192.0.2.1'));
	await list.replace([]);
	t.false(list.has('192.0.2.1'));
});

test('replace() rejects a value that is not a list, and does not throw', async t => {
	const list = new AddressList([]);

	for (const value of ['10.0.0.0/8', undefined, {length: 0}]) {
		await t.throwsAsync(list.replace(value as unknown as string[]), {
			instanceOf: TypeError,
			message: /^`replace\(\)` must be a list, each entry an address/,
		});
	}
});

const MANY = 30_000;

/** Addresses out of order, of which no two are adjacent; half of them are IPv4. */
const many = Array.from({length: MANY}, (_, index) => even((index * 7919) % MANY));

function even(index: number): string {
	return numbered(2 * index);
}

function odd(index: number): string {
	return numbered(2 * index + 1);
}

/** The family changes after every second number, so that an even number and the next one share it. */
function numbered(number: number): string {
	return number & 2
		? `10.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}`
		: `2001:db8::${(number >> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
}

/** How many turns of the event loop pass before the work is done. */
async function turnsDuring(work: Promise<unknown>, atEach: () => void): Promise<number> {
	let turns = 0;
	let isDone = false;
	work.finally(() => {
		isDone = true;
	});
	while (!isDone) {
		atEach();
		turns += 1;
		await setImmediate();
	}

	return turns;
}

test('the event loop keeps running while replace() takes many entries, and the old ones apply until then', async t => {
	const list = new AddressList(['192.0.2.1']);
	const found = new Set<string>();

	const asked = ['192.0.2.1', ...many.slice(0, 2), ...many.slice(-2)];
	const turns = await turnsDuring(list.replace(many), () => {
		found.add(asked.filter(address => list.has(address)).join());
	});

	// Reading or sorting alone does not yield to the event loop so often.
	t.true(turns > MANY / 200, `${turns} turns`);
	t.deepEqual([...found], ['192.0.2.1']);
	t.false(list.has('192.0.2.1'));
	for (let index = 0; index < MANY; index += 1) {
		if (!list.has(even(index)) || list.has(odd(index))) {
			t.fail(`${even(index)} is not covered, or ${odd(index)} is`);
		}
	}
});

test('an error about many entries names the first bad one, and none is taken', async t => {
	const list = new AddressList(['192.0.2.1']);
	const entries = [...many, 'evil', 'worse'];

	await t.throwsAsync(list.replace(entries), {
		instanceOf: TypeError,
		message: /^`replace\(\)\[30000\]` must be an address, .*, got 'evil'$/,
	});
	t.throws(() => new AddressList(entries), {message: /^`AddressList\(\)\[30000\]` must be /});
	t.true(list.has('192.0.2.1'));
	t.false(list.has(even(0)));
});

test('changes to the array after the call have no effect', async t => {
	const list = new AddressList([]);
	const entries = [...many];
	const replaced = list.replace(entries);

	entries.fill('evil');
	entries.length = 7;
	await replaced;
	t.true([...many.slice(0, 100), ...many.slice(-100)].every(address => list.has(address)));
});

test('a hole in the array is a bad entry, even if it is filled after the call', async t => {
	const list = new AddressList(['192.0.2.1']);

	for (const length of [2, MANY]) {
		const entries = Array<string>(length);
		entries[0] = '10.0.0.0/8';
		const replaced = list.replace(entries);
		entries.fill('10.0.0.0/8');

		await t.throwsAsync(replaced, {
			instanceOf: TypeError,
			message: /^`replace\(\)\[1\]` must be .*, got undefined$/,
		});
	}

	t.true(list.has('192.0.2.1'));
	t.false(list.has('10.0.0.0'));
});

/** One call of `replace()` among others. */
interface Replacing {
	/** The number of entries: more take longer. */
	readonly size: number;
	readonly isBad: boolean;
	/** How many turns of the event loop it comes after the call before it. */
	readonly wait: number;
}

/** Makes these calls. Returns whether the last one that does not reject is in force in the end. */
async function lastPrevails(calls: readonly Replacing[]): Promise<boolean> {
	const list = new AddressList([own(-1)]);
	const replaced: Array<Promise<unknown>> = [];
	for (const [index, {size, isBad, wait}] of calls.entries()) {
		for (let turn = 0; turn < wait; turn += 1) {
			await setImmediate();
		}

		const entries = Array<string>(size).fill(own(index));
		const work = list.replace(isBad ? [...entries, 'evil'] : entries);
		replaced.push(
			work.then(
				() => false,
				() => true,
			),
		);
	}

	const areBad = await Promise.all(replaced);
	const owns = [-1, ...calls.keys()].map(own);
	const inForce = owns.filter(address => list.has(address));
	return (
		calls.every(({isBad}, index) => areBad[index] === isBad) &&
		inForce.join() === own(calls.findLastIndex(({isBad}) => !isBad))
	);
}

/** The address that only this call adds; call -1 is the list at the start. */
function own(call: number): string {
	return `10.0.0.${call + 1}`;
}

test('the later of two overlapping calls prevails unless it rejects, whichever ends first', async t => {
	for (const [size, otherSize] of [
		[1, 5000],
		[5000, 1],
		[5000, 5000],
		[1, 1],
	] as const) {
		for (const isBad of [false, true]) {
			for (const isOtherBad of [false, true]) {
				const calls = [
					{size, isBad, wait: 0},
					{size: otherSize, isBad: isOtherBad, wait: 0},
				];
				t.true(await lastPrevails(calls), JSON.stringify(calls));
			}
		}
	}
});

test('the last call that does not reject prevails, whenever the calls are made', async t => {
	const anyCalls = fc.array(
		fc.record({
			size: fc.constantFrom(1, 1000, 3000),
			isBad: fc.boolean(),
			wait: fc.integer({min: 0, max: 12}),
		}),
		{maxLength: 5},
	);

	await t.notThrowsAsync(() =>
		fc.assert(fc.asyncProperty(anyCalls, lastPrevails), {numRuns: runs(50)}),
	);
});
