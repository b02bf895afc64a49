import type {AskOptions} from '../ask-options.ts';
import type {Rule} from '../rule.ts';
import type {AdmitOptions, Verdict} from '../store.ts';
import type {Admissions} from './admissions.ts';
import {stillWaiting} from './connection/not-sent.ts';
import {waitFor} from './connection/wait-for.ts';
import type {Keys} from './keys.ts';
import type {Asked, ReplyCache} from './reply-cache/reply-cache.ts';

interface DecisionsOptions {
	readonly admissions: Admissions;
	readonly cache: ReplyCache;
	readonly keys: Keys;
	/** Milliseconds in this process, from any origin. */
	readonly clock: () => number;
	readonly onError: (error: unknown) => void;
}

/**
 * Milliseconds that a refusal must last for others to wait for a question. If a slot came free before the question
 * reaches the server, they would have waited in vain, and would have too little time left to ask.
 */
const LASTING = 1000;

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
		const refusal = cache.refusal(client, rules, options, at);
		const other = refusal?.question;
		if (other && cache.refusal(client, rules, options, at + LASTING)) {
			// Its reply is likely to refuse this request too.
			await waitFor(other, asking, stillWaiting);
			return this.recall(client, rules, options) ?? this.admit(client, rules, options, asking);
		}

		const asked: Asked = {client, rules, options, at, version: cache.version};
		const settled = refusal?.renew(asking, at) ?? cache.renewNotBanned(asked, asking);
		try {
			const state = keys.stateOf(client);
			const verdict = await admissions.ask({state, rules, options, asking});
			cache.learn(asked, verdict, clock());
			return verdict;
		} catch (error) {
			onError(error);
			throw error;
		} finally {
			settled?.();
		}
	}
}
