import type {AskOptions} from '../ask-options.ts';
import {Changes} from '../changes.ts';
import {costOf} from '../costs.ts';
import type {Rule} from '../rule.ts';
import {type AdmitOptions, admitted, type Verdict} from '../verdict.ts';
import {NotBanned} from './not-banned.ts';
import {Refusals} from './refusals.ts';

/** A question to the source, and when it was asked. */
export interface Asked {
	readonly client: string;
	readonly rules: readonly Rule[];
	readonly options: AdmitOptions;
	/** Milliseconds. */
	readonly at: number;
	/** From `version`. */
	readonly version: number;
}

/**
 * Remembers replies about refused clients for a second, so that refusals cost the source little: the server or the file
 * that a store asks.
 */
export class ReplyCache {
	readonly #believesNoBan: boolean;
	readonly #refusals = new Refusals();
	readonly #notBanned = new NotBanned();
	readonly #changes = new Changes();

	/** @param believesNoBan whether it is also remembered that a refused client has no ban, to ask less about bans */
	constructor({believesNoBan}: {readonly believesNoBan: boolean}) {
		this.#believesNoBan = believesNoBan;
	}

	/** Counts the changes of clients: keep it when you ask. */
	get version(): number {
		return this.#changes.version;
	}

	/** The verdict on a request, if the last reply about the client still decides it. */
	recall(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		now: number,
	): Verdict | undefined {
		if (options.late) {
			return undefined;
		}

		const known = this.#refusals.find(client, rules, options, now);
		const isNotBanned = isAboutBan(rules, options) && this.#notBanned.has(client, now);
		return known ?? (isNotBanned ? admitted : undefined);
	}

	/** A gate has refused a request of this client. */
	noteRefused(client: string, now: number): void {
		this.#notBanned.refused(client, now);
	}

	/**
	 * A request is asked about. What is believed of that request now is believed until the reply.
	 *
	 * @returns what to call when the question has settled, if there is anything
	 */
	renew(
		{client, rules, options, at}: Asked,
		asking: AskOptions | undefined,
	): (() => void) | undefined {
		if (options.late) {
			return undefined;
		}

		const belief =
			this.#refusals.belief(client, rules, options, at) ??
			(isAboutBan(rules, options) ? this.#notBanned.belief(client) : undefined);

		return belief?.renew(asking, at);
	}

	/**
	 * Learns from a reply.
	 *
	 * @param unchangedForMs for each quota of a refusal, milliseconds in which nothing frees up under its rule
	 */
	learn(
		{client, rules, options, at, version}: Asked,
		verdict: Verdict,
		now: number,
		unchangedForMs: readonly number[] = [],
	): void {
		const {immune, late, peek} = options;
		if (late && verdict.kind === 'banned') {
			// An older reply would say that it is not banned, and the gate would lift the suspension.
			this.#refusals.forget(client);
			this.#notBanned.forget(client);
			return;
		}

		const costsSome = rules.some((_, index) => costOf(options.costs, index) > 0);
		const wasCounted = costsSome && !peek && (verdict.kind === 'admitted' || late);
		if (wasCounted) {
			this.#refusals.counted(client, rules);
			return;
		}

		if (this.#changes.hasChanged(client, version)) {
			return;
		}

		if (this.#believesNoBan && verdict.kind !== 'banned' && !immune) {
			this.#notBanned.foundNoBan(client, at, now);
		}

		if (verdict.kind === 'banned') {
			this.#notBanned.forget(client);
		}

		if (verdict.kind === 'admitted') {
			this.#refusals.disprove(client, rules, options, now);
		} else {
			const refusal = {verdict, rules, options, askedAt: at, unchangedForMs};
			this.#refusals.remember(client, refusal, now);
		}
	}

	/** The source has told of a ban of this client that another process has begun, perhaps. */
	foundBan(client: string): void {
		this.#notBanned.forget(client);
	}

	/** Forgets a client whose ban, reports or counts have changed. */
	forget(client: string): void {
		this.#changes.record(client);
		this.#refusals.forget(client);
		this.#notBanned.forget(client);
	}

	/** Forgets which limits refuse a client of which a request was given back. Its bans are the same. */
	gaveBack(client: string, rules: readonly Rule[]): void {
		this.#changes.record(client);
		this.#refusals.freed(client, rules);
	}

	clear(): void {
		this.#refusals.clear();
		this.#notBanned.clear();
	}
}

/** Whether a request asks for nothing but the client's bans. */
function isAboutBan(rules: readonly Rule[], {immune}: AdmitOptions): boolean {
	return rules.length === 0 && !immune;
}
