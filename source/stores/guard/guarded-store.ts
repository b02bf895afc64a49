import {andThen, type MaybePromise} from '../../maybe-promise.ts';
import type {BanOutcome, NewBan, Report, ReportOutcome} from '../ban-records.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Store} from '../store.ts';
import {timeOf} from '../time-of.ts';
import {type AdmitOptions, admitted, type Banned, type Counted} from '../verdict.ts';
import {Calls} from './calls.ts';
import {guardedCommands} from './commands.ts';
import {type GuardedVerdict, type StoreErrorPolicy, unavailable} from './failure-policy.ts';
import {type FallbackStore, fallbackOf} from './fallback-store.ts';
import type {Commands, GateStore} from './gate-store.ts';
import {Health} from './health.ts';
import {Known} from './known.ts';
import {Parts} from './parts.ts';
import type {WatchOptions} from './range-watch.ts';
import {RecentOutcomes} from './recent-outcomes.ts';
import {StoreCaller} from './store-caller.ts';
import type {StoreObserver} from './store-observer.ts';
import {Turns} from './turns.ts';

export interface GuardedStoreOptions {
	readonly policy: StoreErrorPolicy;
	/** Milliseconds that the store may take for a reply. */
	readonly timeout: number;
	readonly observer: StoreObserver;
}

/**
 * Puts a store under a policy. The policy decides where the store throws, rejects, returns nonsense or does
 * not reply in time. A store that has failed many times in a row is left alone for a while.
 */
export class GuardedStore implements GateStore {
	readonly source: Store;
	/** Read once, like `recall`: a store's getter may throw. */
	readonly shared: boolean;
	readonly commands: Commands;
	readonly #policy: StoreErrorPolicy;
	readonly #turns: Turns;
	readonly #watching: WatchOptions;
	readonly #known: Known;
	readonly #calls: Calls;
	/** Under `'memory'` it decides while the store fails. It learns of bans under every policy. */
	readonly #fallback: FallbackStore;

	constructor(source: Store, {policy, timeout, observer}: GuardedStoreOptions) {
		this.source = source;
		this.shared = source.shared;
		this.#policy = policy;
		this.#fallback = fallbackOf(source);
		const recent = new RecentOutcomes(this.#fallback.changes, () => this.now());
		this.#known = new Known(source, this.#fallback, recent);
		const health = new Health({
			clock: () => this.now(),
			onFailing: error => observer.failed(error),
			onWorking: () => observer.recovered(),
		});
		this.#turns = new Turns(
			new Parts(source, () => this.now(), timeout),
			new StoreCaller({health, observer, changes: this.#fallback.changes, timeout}),
			source.recall !== undefined,
		);
		this.#watching = {timeout, onError: error => health.failed(error)};
		this.#calls = new Calls(source, policy, this.#fallback, recent);
		this.commands = guardedCommands(source, this.#fallback, timeout);
	}

	now(): number {
		return timeOf(this.source);
	}

	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): MaybePromise<GuardedVerdict> {
		// Until then nobody knows which ranges are banned.
		const reading = this.#fallback.watch.firstRead(this.#watching);

		return reading
			? reading.then(() => this.#admit(client, rules, options))
			: this.#admit(client, rules, options);
	}

	#admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): MaybePromise<GuardedVerdict> {
		const failsClosed = this.#policy === 'closed';
		if (failsClosed && this.#fallback.closedSlots.has(client)) {
			return unavailable;
		}

		// No rule and no ban applies: there is nothing to ask, but whether the store works.
		if (options.immune && rules.length === 0) {
			const tried = failsClosed
				? this.#turns.tryAgain(this.#calls.admission(client, rules, options))
				: undefined;
			return tried ?? admitted;
		}

		const known = this.#known.verdict(client, rules, options);
		if (known) {
			return known;
		}

		// The client may be in a banned range.
		if (failsClosed && !options.immune && !this.#fallback.watch.hasRead) {
			return unavailable;
		}

		// Keys that a client makes up must not get it more turns.
		const {requester = client} = options;
		return this.#turns.ask(requester, this.#calls.admission(client, rules, options), {
			known: () => this.#known.verdict(client, rules, options),
			// This is a flood by one client, which must not gain by it under any policy.
			withoutTurn: () => unavailable,
		});
	}

	noteRefused(client: string): void {
		this.#known.noteRefused(client);
	}

	knownBan(client: string): Banned | undefined {
		return this.#known.ban(client);
	}

	giveBack(client: string, counted: readonly Counted[], requester = client): void {
		if (this.#fallback.hasCounted(counted)) {
			this.#fallback.giveBack(client, counted);
		} else {
			this.#turns.ask(requester, this.#calls.giveBack(client, counted));
		}
	}

	async ban(client: string, ban: NewBan): Promise<BanOutcome> {
		const known = () => this.#known.banOutcome(client, ban);

		return (
			known() ??
			this.#turns.ask(client, this.#calls.ban(client, ban), {
				known,
				// It holds in this process at least. That is no failure of the store: others are decided as before.
				withoutTurn: () => this.#fallback.ban(client, ban),
			})
		);
	}

	report(client: string, banRule: SettledBanRule, report: Report): MaybePromise<ReportOutcome> {
		const known = this.#known.outcome(client);
		if (known) {
			return known;
		}

		const asking = this.#turns.ask(client, this.#calls.report(client, banRule, report), {
			known: () => this.#known.outcome(client),
			// It counts in this process at least.
			withoutTurn: () =>
				this.#known.outcome(client) ?? this.#fallback.report(client, banRule, report),
		});
		return andThen(asking, outcome => this.#fallback.untaken.addTo(client, outcome));
	}
}
