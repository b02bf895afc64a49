import type {AskOptions} from '../ask-options.ts';
import type {Rule} from '../rule.ts';
import type {AdmitOptions, Verdict} from '../verdict.ts';
import type {Asked, ReplyCache} from './reply-cache.ts';

/** What the source says about a request. */
interface Reply {
	readonly verdict: Verdict;
	/** For each quota of a refusal, milliseconds in which nothing frees up under its rule, if that is known. */
	readonly unchangedForMs?: readonly number[];
}

interface DecisionsOptions {
	readonly cache: ReplyCache;
	/** Milliseconds, from any origin. */
	readonly clock: () => number;
	/** Asks the source. */
	readonly ask: (
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking: AskOptions | undefined,
	) => Promise<Reply>;
}

/** Decides about requests, by what is remembered of a refused client or else by asking the source. */
export class Decisions {
	readonly #options: DecisionsOptions;

	constructor(options: DecisionsOptions) {
		this.#options = options;
	}

	/** What the last reply about the client says, while it is believed. */
	recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		const {cache, clock} = this.#options;

		return cache.recall(client, rules, options, clock());
	}

	async admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking: AskOptions | undefined,
	): Promise<Verdict> {
		const {ask, cache, clock} = this.#options;
		const asked: Asked = {client, rules, options, at: clock(), version: cache.version};
		const settled = cache.renew(asked, asking);
		try {
			const {verdict, unchangedForMs} = await ask(client, rules, options, asking);
			cache.learn(asked, verdict, clock(), unchangedForMs);
			return verdict;
		} finally {
			settled?.();
		}
	}
}
