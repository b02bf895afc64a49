/**
 * How many runs a property gets: `quick` in `npm test`, and ten times as many in `npm run test:long`, which
 * sets LONG_RUNS.
 */
export function runs(quick: number): number {
	return process.env.LONG_RUNS ? quick * 10 : quick;
}
