import type {Rule, Store} from '../../../source/index.ts';

/** How many of so many parallel requests of a client are admitted. */
export async function admittedOf(
	store: Store,
	client: string,
	rules: readonly Rule[],
	times: number,
): Promise<number> {
	const verdicts = await Promise.all(
		Array.from(
			{length: times},
			() => store.recall?.(client, rules, {}) ?? store.admit(client, rules, {}),
		),
	);

	return verdicts.filter(({kind}) => kind === 'admitted').length;
}
