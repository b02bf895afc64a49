/** Decides about a client once, at once or as its caller has to wait for it. */
export type Decide = (client: string) => unknown;

/** Any thing with the methods of a store that decide. */
interface Deciding {
	recall(client: string, rules: never, options: object): unknown;
	admit(client: string, rules: never, options: object): unknown;
}

/** Decides as a gate does. */
export function decideBy(store: Deciding, rules: readonly unknown[]): Decide {
	return client =>
		store.recall(client, rules as never, {}) ?? store.admit(client, rules as never, {});
}

/** How often the time is looked at: a refusal from memory costs little more than a look. */
const DECISIONS_PER_LOOK = 16;

/**
 * Decides about clients until it is told to end, with so many decisions in flight. Returns how many it were.
 *
 * @param isOver is asked once in a while, with the number of decisions so far
 */
export async function decideUntil(
	isOver: (decisions: number) => boolean,
	inFlight: number,
	decide: Decide,
	whom: () => string,
): Promise<number> {
	let decisions = 0;
	let hasEnded = false;
	await Promise.all(
		Array.from({length: inFlight}, async () => {
			while (!hasEnded) {
				decisions += 1;
				hasEnded = decisions % DECISIONS_PER_LOOK === 0 && isOver(decisions);
				const answer = decide(whom());
				if (typeof (answer as Promise<unknown> | undefined)?.then === 'function') {
					await answer;
				}
			}
		}),
	);

	return decisions;
}

/** Is over after so many milliseconds from now. */
export function after(ms: number): () => boolean {
	const end = performance.now() + ms;
	return () => performance.now() >= end;
}

/** Microseconds of CPU time that this process has used. */
export function cpuSoFar(): number {
	const {user, system} = process.cpuUsage();
	return user + system;
}
