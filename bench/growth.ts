import {median} from './timing.ts';

/** Something to measure: how it runs at each size. */
export interface Growth {
	readonly title: string;
	/** Returns the function to run at a size. */
	at(size: number): () => unknown;
}

const ROUNDS = 9;
/** Milliseconds. */
const SAMPLE = 5;

/**
 * Measures everything at every size, in microseconds a call. The sizes take turns in each round, so that other
 * load on the machine affects all of them. Shows the median of the rounds.
 */
export function measureGrowth(growths: readonly Growth[], sizes: readonly number[]): void {
	for (const {title, at} of growths) {
		const samples = sizes.map(size => ({size, run: at(size), taken: [] as number[]}));
		for (const {run} of samples) {
			sample(run);
		}

		for (let round = 0; round < ROUNDS; round += 1) {
			for (const {run, taken} of samples) {
				taken.push(sample(run));
			}
		}

		const cells = samples.map(({size, taken}) => `${size}: ${median(taken).toFixed(2)}`);
		console.log(`${title}\n  ${cells.join('   ')}`);
	}
}

/** Microseconds a call. */
function sample(run: () => unknown): number {
	const start = process.hrtime.bigint();
	let calls = 0;
	let elapsed = 0;
	for (; elapsed < SAMPLE; calls += 1) {
		run();
		elapsed = Number(process.hrtime.bigint() - start) / 1e6;
	}

	return (elapsed * 1000) / calls;
}
