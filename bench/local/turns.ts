import {closeSync, openSync, readSync} from 'node:fs';
import {PerformanceObserver} from 'node:perf_hooks';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {cpuSoFar} from './load.ts';

/** A turn of the event loop: nothing else that waits is served meanwhile. */
export interface Turn {
	/** Milliseconds from its begin to that of the next turn. */
	readonly took: number;
	/** Milliseconds of these in which this process was ready to run, but the machine ran others. */
	readonly displaced: number;
	/** Milliseconds of CPU time that this process used, in all its threads. */
	readonly cpu: number;
	/** Milliseconds of collections of garbage, which may have waited for threads that were displaced. */
	readonly collecting: number;
}

/** Measures all turns of the event loop of this process until it is over. */
export async function measureTurns(isOver: () => boolean): Promise<readonly Turn[]> {
	const collections = new Collections();
	const begun = await turnsUntil(isOver);
	const durations = await collections.within(begun);

	return begun.map(({begin: _, ...turn}, index) => ({...turn, collecting: durations[index] ?? 0}));
}

/** A turn, and when it began. */
type Begun = Omit<Turn, 'collecting'> & {readonly begin: number};

function turnsUntil(isOver: () => boolean): Promise<readonly Begun[]> {
	const displacement = new Displacement();
	const turns: Begun[] = [];
	const look = () => ({
		at: performance.now(),
		displaced: displacement.soFar(),
		cpu: cpuSoFar() / 1000,
	});
	let before = look();

	return new Promise(resolve => {
		const begin = () => {
			const now = look();
			turns.push({
				begin: before.at,
				took: now.at - before.at,
				displaced: now.displaced - before.displaced,
				cpu: now.cpu - before.cpu,
			});
			before = now;
			if (isOver()) {
				displacement.close();
				resolve(turns);
			} else {
				setImmediate(begin);
			}
		};

		setImmediate(begin);
	});
}

/** The collections of garbage of this process, from now on. */
class Collections {
	readonly #all: {readonly startTime: number; readonly duration: number}[] = [];
	readonly #observer = new PerformanceObserver(list => this.#all.push(...list.getEntries()));

	constructor() {
		this.#observer.observe({entryTypes: ['gc']});
	}

	/** How many milliseconds of them each of these turns has. They follow each other without a gap. */
	async within(turns: readonly Begun[]): Promise<readonly number[]> {
		// Node.js tells of a collection in a later turn.
		await nextTurn();
		await nextTurn();
		this.#observer.disconnect();
		const durations = turns.map(() => 0);
		for (const {startTime, duration} of this.#all) {
			const index = turns.findLastIndex(({begin}) => begin <= startTime);
			const turn = turns[index];
			if (turn && startTime < turn.begin + turn.took) {
				durations[index] = (durations[index] ?? 0) + duration;
			}
		}

		return durations;
	}
}

/** What Linux tells of the time for which the main thread has waited for a core; 0 on other systems. */
class Displacement {
	readonly #descriptor = process.platform === 'linux' ? openSync('/proc/self/schedstat', 'r') : -1;
	readonly #bytes = Buffer.alloc(100);

	/** Milliseconds. */
	soFar(): number {
		if (this.#descriptor === -1) {
			return 0;
		}

		const length = readSync(this.#descriptor, this.#bytes, 0, this.#bytes.length, 0);
		return Number(this.#bytes.toString('latin1', 0, length).split(' ')[1]) / 1e6;
	}

	close(): void {
		if (this.#descriptor !== -1) {
			closeSync(this.#descriptor);
		}
	}
}

/** Computes for so many milliseconds in each turn of the event loop until it is over. */
export function compute(ms: number, isOver: () => boolean): void {
	const end = performance.now() + ms;
	while (performance.now() < end) {}

	if (!isOver()) {
		setImmediate(() => compute(ms, isOver));
	}
}
