import {ExpiringMap} from '../../expiring-map.ts';
import type {Settings} from '../../settings.ts';
import {type Store, timeOf} from '../../stores/store.ts';

/** However large the quota: so many requests of one client may be exempt before that is proven. */
const MOST_UNPROVEN = 16;

/** Suspended clients that are remembered: of more, the one whose suspension ends first gives way. */
const MOST_SUSPENDED = 10_000;

/** For how long where there is no rule to tell, in milliseconds: a ban by hand must hold too. */
const DEFAULT_SPAN = 60_000;

/**
 * Bounds what an exemption on trust is worth: a client may have a few unproven requests in flight, and
 * none at all for a while once one of them turned out to be over the quota, or the client banned.
 */
export class Probation {
	readonly #mostUnproven: number;
	readonly #span: number;
	readonly #store: Store;
	readonly #unproven = new Map<string, number>();
	/** Each with the time when it would end if the client had no ban. */
	readonly #suspended = new ExpiringMap<number>(MOST_SUSPENDED);

	constructor({rules, banRule, store}: Pick<Settings, 'rules' | 'banRule' | 'store'>) {
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

	/**
	 * Grants a client no exemption for the longest window, or for the rest of its ban if that is longer.
	 *
	 * @param banEndsInMs 0 for a client that is not banned
	 */
	suspend(client: string, banEndsInMs = 0): void {
		const now = timeOf(this.#store);
		const until = now + this.#span;
		this.#suspended.set(client, until, Math.max(until, now + banEndsInMs), now);
	}

	/** A suspended client turned out not to be banned any more: somebody has ended its ban. */
	banIsOver(client: string): void {
		if (this.#suspended.size === 0) {
			return;
		}

		const now = timeOf(this.#store);
		const suspension = this.#suspended.get(client, now);
		if (suspension && suspension.until > suspension.value) {
			this.#suspended.set(client, suspension.value, suspension.value, now);
		}
	}

	#isSuspended(client: string): boolean {
		return (
			this.#suspended.size > 0 && this.#suspended.get(client, timeOf(this.#store)) !== undefined
		);
	}
}
