import type {AskOptions} from '../ask-options.ts';
import type {Asked, ReplyCache} from '../reply-cache/reply-cache.ts';
import type {Rule} from '../rule.ts';
import type {AdmitOptions, Verdict} from '../verdict.ts';
import type {Admissions} from './admissions.ts';
import type {Keys} from './keys.ts';

interface DecisionsOptions {
	readonly admissions: Admissions;
	readonly cache: ReplyCache;
	readonly keys: Keys;
	/** Milliseconds in this process, from any origin. */
	readonly clock: () => number;
	readonly onError: (error: unknown) => void;
}

/** Decides about requests, by what is remembered or else by asking the server. */
export class Decisions {
	readonly #options: DecisionsOptions;

	constructor(options: DecisionsOptions) {
		this.#options = options;
	}

	/** What the server's last reply about the client says, while it is believed. */
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
		const {admissions, cache, keys, clock, onError} = this.#options;
		const at = clock();
		const asked: Asked = {client, rules, options, at, version: cache.version};
		const settled = cache.renew(asked, asking);
		try {
			const state = keys.stateOf(client);
			const question = {state, rules, options, asking};
			const {verdict, unchangedForMs} = await admissions.ask(question);
			cache.learn(asked, verdict, clock(), unchangedForMs);
			return verdict;
		} catch (error) {
			onError(error);
			throw error;
		} finally {
			settled?.();
		}
	}
}
