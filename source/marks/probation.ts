import {ExpiringMap} from '../collections/expiring-map.ts';
import {whenAnswered} from '../maybe-promise.ts';
import type {Rule} from '../options/rules.ts';
import type {Settings} from '../options/settings.ts';
import type {GuardedStore} from '../stores/guard/guarded-store.ts';
import type {Store} from '../stores/store.ts';
import {timeOf} from '../stores/time-of.ts';

interface ProbationSettings extends Pick<Settings, 'rules' | 'banRule' | 'store'> {
	readonly guarded: Pick<GuardedStore, 'admit'>;
}

/** How many unproven requests a client may have in flight, however large its quota. */
const MAX_UNPROVEN = 16;

/** Suspended clients that are remembered. One more replaces the one that was suspended first. */
const MAX_SUSPENDED = 10_000;

/** Milliseconds: a suspension that is not remembered is minded for a day, however long it is. */
const MAX_FORGOTTEN = 24 * 60 * 60 * 1000;

/** For how long where there is no rule to tell, in milliseconds: a ban by hand must hold too. */
const DEFAULT_SPAN = 60_000;

/**
 * Bounds what an exemption on trust is worth: a client may have a few unproven requests in flight, and
 * none at all for a while once one of them turned out to be over the quota, or the client banned.
 *
 * Where more clients are suspended than are remembered, nobody is trusted blindly: only a client that the
 * global rules would let in is exempt.
 */
export class Probation {
	readonly #maxUnproven: number;
	readonly #span: number;
	readonly #rules: readonly Rule[];
	readonly #store: Store;
	readonly #guarded: Pick<GuardedStore, 'admit'>;
	readonly #unproven = new Map<string, number>();
	/** The value is when the suspension ends without the ban. */
	readonly #suspended = new ExpiringMap<number>(MAX_SUSPENDED);

	/** When the last suspension ends that was in force and is not remembered. */
	#forgottenUntil = -Infinity;

	constructor({rules, banRule, store, guarded}: ProbationSettings) {
		this.#rules = rules;
		this.#guarded = guarded;
		this.#maxUnproven = Math.min(MAX_UNPROVEN, ...rules.map(rule => rule.count));
		this.#span =
			rules.length > 0
				? Math.max(...rules.map(rule => rule.window))
				: (banRule?.window ?? DEFAULT_SPAN);
		this.#store = store;
	}

	/**
	 * Takes one more unproven request of a client, if it may have one.
	 *
	 * @param immune whether no ban may hold the request
	 */
	begin(client: string, immune: boolean): boolean | PromiseLike<boolean> {
		const inFlight = this.#unproven.get(client) ?? 0;
		if (inFlight >= this.#maxUnproven || this.isSuspended(client)) {
			return false;
		}

		this.#unproven.set(client, inFlight + 1);
		return this.#forgottenUntil > -Infinity && timeOf(this.#store) < this.#forgottenUntil
			? this.#ask(client, immune)
			: true;
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
	 * Never shortens a suspension.
	 *
	 * @param banEndsInMs 0 for a client that is not banned
	 */
	suspend(client: string, banEndsInMs = 0): void {
		const now = timeOf(this.#store);
		const withoutBan = now + this.#span;
		const before = this.#suspended.get(client, now)?.until ?? 0;
		const until = Math.max(withoutBan, now + banEndsInMs, before);
		const evicted = this.#suspended.set(client, withoutBan, until, now);
		if (evicted) {
			const forgottenUntil = Math.min(evicted.until, now + MAX_FORGOTTEN);
			this.#forgottenUntil = Math.max(this.#forgottenUntil, forgottenUntil);
		}
	}

	/** Shortens the suspension of a client whose ban was lifted. */
	liftBan(client: string): void {
		if (this.#suspended.size === 0) {
			return;
		}

		const now = timeOf(this.#store);
		const suspension = this.#suspended.get(client, now);
		if (suspension && suspension.until > suspension.value) {
			this.#suspended.set(client, suspension.value, suspension.value, now);
		}
	}

	#ask(client: string, immune: boolean): boolean | PromiseLike<boolean> {
		const options = {immune, peek: true};

		return whenAnswered(this.#guarded.admit(client, this.#rules, options), ({kind}) => {
			// A store that fails is no reason to distrust.
			const isTrusted = kind !== 'limited' && kind !== 'banned';
			if (!isTrusted) {
				this.end(client);
			}

			return isTrusted;
		});
	}

	/** Whether a client has no exemption for a while. */
	isSuspended(client: string): boolean {
		return (
			this.#suspended.size > 0 && this.#suspended.get(client, timeOf(this.#store)) !== undefined
		);
	}
}
