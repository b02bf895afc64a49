import type {AskOptions} from '../ask-options.ts';
import {type Asked, ReplyCache} from '../reply-cache/reply-cache.ts';
import type {Rule} from '../rule.ts';
import type {AdmitOptions, Counted, Verdict} from '../verdict.ts';
import type {Ledger} from './ledger.ts';
import type {SharedFile} from './shared-file.ts';

/** Decides about requests, by what is remembered of a refused client or else by the file. */
export class Decisions {
	readonly #file: SharedFile;
	readonly #ledger: Ledger;
	/** Another process may have banned a client that a limit refuses: bans hold at once. */
	readonly #cache = new ReplyCache({believesNoBan: false});

	constructor(file: SharedFile, ledger: Ledger) {
		this.#file = file;
		this.#ledger = ledger;
	}

	/** What the last reply about the client says, while it is believed. */
	recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		return this.#cache.recall(client, rules, options, this.#file.estimate());
	}

	async admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking: AskOptions | undefined,
	): Promise<Verdict> {
		const at = this.#file.estimate();
		const asked: Asked = {client, rules, options, at, version: this.#cache.version};
		const settled = this.#cache.renew(asked, asking);
		try {
			const verdict = await this.#file.run(
				now => this.#ledger.admit(client, rules, options, now),
				asking,
			);
			this.#cache.learn(asked, verdict, this.#file.estimate());
			return verdict;
		} finally {
			settled?.();
		}
	}

	async giveBack(
		client: string,
		counted: readonly Counted[],
		asking: AskOptions | undefined,
	): Promise<void> {
		await this.#file.run(now => this.#ledger.giveBack(client, counted, now), asking);
		this.#cache.gaveBack(
			client,
			counted.map(({rule}) => rule),
		);
	}

	/** Forgets a client whose ban, reports or counts have changed. */
	forget(client: string): void {
		this.#cache.forget(client);
	}

	clear(): void {
		this.#cache.clear();
	}
}
