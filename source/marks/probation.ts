import {ExpiringMap} from '../collections/expiring-map.ts';
import {isPromiseLike, type MaybePromise} from '../maybe-promise.ts';
import type {GuardedVerdict} from '../stores/guard/failure-policy.ts';
import type {GateStore} from '../stores/guard/gate-store.ts';
import type {Rule, SettledBanRule} from '../stores/rule.ts';

interface ProbationOptions {
	/** The global rules, if they are the same for every request. */
	readonly rules: readonly Rule[];
	/** Whether it is certain what a request counts: 1 under each of these rules. */
	readonly isCertain: boolean;
	readonly banRule: SettledBanRule | undefined;
	readonly store: Pick<GateStore, 'now'>;
}

/** Finds the verdict that a request would get under the global rules. Counts nothing. */
type Peek = () => MaybePromise<GuardedVerdict>;

/** How many unproven requests a client may have in flight, however large its quota. */
const MAX_UNPROVEN = 16;

/** How many suspended clients are remembered. One more replaces the one that was suspended first. */
const MAX_SUSPENDED = 10_000;

/** Milliseconds for which an evicted suspension makes the gate ask the store first, at most: one day. */
const MAX_FORGOTTEN = 24 * 60 * 60 * 1000;

/** Milliseconds that a suspension lasts if there is no rule: a ban by hand must hold too. */
const DEFAULT_SPAN = 60_000;

/**
 * Limits what a client gains from exemptions that prove wrong. It may have a few unproven requests in flight,
 * and none for a while after one of them was over the quota, or the client was banned.
 *
 * If more clients are suspended than are remembered, no client is trusted blindly: only one that the global
 * rules would admit is exempt.
 */
export class Probation {
	readonly #maxUnproven: number;
	readonly #span: number;
	readonly #store: ProbationOptions['store'];
	readonly #unproven = new Map<string, number>();
	/** The value is when the suspension ends without the ban. */
	readonly #suspended = new ExpiringMap<number>(MAX_SUSPENDED);

	/** When the last suspension ends that was evicted early. */
	#forgottenUntil = -Infinity;

	constructor({rules, isCertain, banRule, store}: ProbationOptions) {
		this.#store = store;
		this.#maxUnproven = isCertain ? Math.min(MAX_UNPROVEN, ...rules.map(rule => rule.count)) : 1;
		this.#span = longestWindow(rules) ?? banRule?.window ?? DEFAULT_SPAN;
	}

	/**
	 * Whether a client may have one more unproven request. If so, `begin` it before anything else runs. None is in flight
	 * while the store is asked: a client that sends many at once would have no place for most.
	 */
	mayBegin(client: string, peek: Peek): MaybePromise<boolean> {
		const mustAsk = this.#forgottenUntil > -Infinity && this.#store.now() < this.#forgottenUntil;

		return this.#hasPlace(client) && (mustAsk ? mayTrust(peek) : true);
	}

	/** Begins one more unproven request of a client, if there is a place for it still. */
	begin(client: string): boolean {
		const hasPlace = this.#hasPlace(client);
		if (hasPlace) {
			this.#unproven.set(client, (this.#unproven.get(client) ?? 0) + 1);
		}

		return hasPlace;
	}

	#hasPlace(client: string): boolean {
		const inFlight = this.#unproven.get(client) ?? 0;
		return inFlight < this.#maxUnproven && this.suspendedUntil(client) === undefined;
	}

	/** Ends an unproven request: it is proven, or over. */
	end(client: string): void {
		const inFlight = this.#unproven.get(client) ?? 0;
		if (inFlight > 1) {
			this.#unproven.set(client, inFlight - 1);
		} else {
			this.#unproven.delete(client);
		}
	}

	/**
	 * Suspends a client's exemptions for the longest window, or until its ban ends if that is later. Never
	 * shortens a suspension.
	 *
	 * @param banEndsInMs 0 for a client that is not banned
	 * @param rules those that were found for the request
	 */
	suspend(client: string, banEndsInMs = 0, rules: readonly Rule[] = []): void {
		const now = this.#store.now();
		const withoutBan = now + Math.max(this.#span, longestWindow(rules) ?? 0);
		const before = this.#suspended.get(client, now)?.until ?? 0;
		const until = Math.max(withoutBan, now + banEndsInMs, before);
		const evicted = this.#suspended.set(client, withoutBan, until, now);
		if (evicted) {
			const forgottenUntil = Math.min(evicted.until, now + MAX_FORGOTTEN);
			this.#forgottenUntil = Math.max(this.#forgottenUntil, forgottenUntil);
		}
	}

	/**
	 * Shortens the suspension of a client whose ban has been lifted.
	 *
	 * @param seenUntil when it was to end before the store was asked: one that began or grew since stays
	 */
	liftBan(client: string, seenUntil: number): void {
		const now = this.#store.now();
		const suspension = this.#suspended.get(client, now);
		if (suspension?.until === seenUntil && seenUntil > suspension.value) {
			this.#suspended.set(client, suspension.value, suspension.value, now);
		}
	}

	/** Until when a client has no exemption; undefined if it is not suspended. */
	suspendedUntil(client: string): number | undefined {
		return this.#suspended.size === 0
			? undefined
			: this.#suspended.get(client, this.#store.now())?.until;
	}
}

function longestWindow(rules: readonly Rule[]): number | undefined {
	return rules.length > 0 ? Math.max(...rules.map(rule => rule.window)) : undefined;
}

/** Whether the global rules would admit the client. */
function mayTrust(peek: Peek): MaybePromise<boolean> {
	// A store that fails is no reason to distrust it.
	const judge = ({kind}: GuardedVerdict) => kind !== 'limited' && kind !== 'banned';
	// Its rules cannot be found. The request is not exempt, and will hear of it.
	const refuseTrust = () => false;

	try {
		const verdict = peek();
		return isPromiseLike(verdict)
			? Promise.resolve(verdict).then(judge).catch(refuseTrust)
			: judge(verdict);
	} catch {
		return refuseTrust();
	}
}
