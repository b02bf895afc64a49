import type {Settings} from '../../settings.ts';
import {type Store, timeOf} from '../../stores/store.ts';

/** However large the quota: so many requests of one client may be exempt before their marks have run. */
const MOST_UNPROVEN = 16;

/** Suspended clients remembered one by one; were there more, all would be suspended. */
const MOST_SUSPENDED = 10_000;

/** For how long where there is no rule to tell, in milliseconds: a ban by hand must hold too. */
const DEFAULT_SPAN = 60_000;

/**
 * Bounds what a wrong foresight is worth: a client may have a few unproven requests in flight, and
 * none at all for a while once one of them turned out to be over the quota.
 */
export class Probation {
	readonly #mostUnproven: number;
	readonly #span: number;
	readonly #store: Store;
	readonly #unproven = new Map<string, number>();
	readonly #suspendedUntil = new Map<string, number>();
	#allSuspendedUntil = -Infinity;

	constructor({rules, banRule, store}: Settings) {
		this.#mostUnproven = Math.min(MOST_UNPROVEN, ...rules.map(rule => rule.count));
		this.#span =
			rules.length > 0
				? Math.max(...rules.map(rule => rule.window))
				: (banRule?.window ?? DEFAULT_SPAN);
		this.#store = store;
	}

	/** Takes one more unproven request of a client, if it may have one. */
	begin(client: string): boolean {
		const inFlight = this.#unproven.get(client) ?? 0;
		if (inFlight >= this.#mostUnproven || this.#isSuspended(client)) {
			return false;
		}

		this.#unproven.set(client, inFlight + 1);
		return true;
	}

	/** The request is proven, or over. */
	end(client: string): void {
		const inFlight = this.#unproven.get(client) ?? 0;
		if (inFlight > 1) {
			this.#unproven.set(client, inFlight - 1);
		} else {
			this.#unproven.delete(client);
		}
	}

	/** Grants a client no exemption for the longest window. */
	suspend(client: string): void {
		const now = timeOf(this.#store);
		if (this.#suspendedUntil.size >= MOST_SUSPENDED) {
			this.#forgetEnded(now);
		}

		if (this.#suspendedUntil.size >= MOST_SUSPENDED) {
			this.#allSuspendedUntil = now + this.#span;
		} else {
			this.#suspendedUntil.set(client, now + this.#span);
		}
	}

	#isSuspended(client: string): boolean {
		if (this.#suspendedUntil.size === 0 && this.#allSuspendedUntil === -Infinity) {
			return false;
		}

		const now = timeOf(this.#store);
		return now < Math.max(this.#suspendedUntil.get(client) ?? -Infinity, this.#allSuspendedUntil);
	}

	#forgetEnded(now: number): void {
		for (const [client, until] of this.#suspendedUntil) {
			if (until <= now) {
				this.#suspendedUntil.delete(client);
			}
		}
	}
}
