import type {MaybePromise} from '../../maybe-promise.ts';
import type {BanOutcome, NewBan, Report, ReportOutcome} from '../ban-records.ts';
import {MemoryStore} from '../memory/memory-store.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {AdmitOptions, Banned, Counted} from '../verdict.ts';
import type {GuardedVerdict} from './failure-policy.ts';
import type {Commands, GateStore} from './gate-store.ts';

/** As they are before anything can replace them, to stub or to trace them for example. */
const {admit, report, ban, giveBack} = MemoryStore.prototype;

/** A MemoryStore for a gate. It neither fails nor returns nonsense, so that nothing guards it. */
export class UnguardedStore implements GateStore {
	readonly shared = false;
	readonly source: MemoryStore;
	readonly commands: Commands;
	readonly #guard: () => GateStore;
	#underPolicy: GateStore | undefined;

	/** @param guard guards the store, if one of its methods has been replaced */
	constructor(source: MemoryStore, guard: () => GateStore) {
		this.source = source;
		this.#guard = guard;
		this.commands = {
			ban: async (client, ban) => source.ban(client, ban),
			unban: async client => source.unban(client),
			reset: async client => source.reset(client),
			report: async (client, banRule, given) => source.report(client, banRule, given),
			inspect: async (client, rules, banRule) => source.inspect(client, rules, banRule),
			banRange: async (range, ban) => source.banRange(range, ban),
			unbanRange: async range => source.unbanRange(range),
			ranges: async () => source.ranges(),
			bans: () => source.bans(),
			close: async () => source.close(),
		};
	}

	now(): number {
		return this.source.clock();
	}

	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
	): MaybePromise<GuardedVerdict> {
		return (this.#guarded ?? this.source).admit(client, rules, options);
	}

	noteRefused(): void {}

	knownBan(client: string): Banned | undefined {
		const guarded = this.#guarded;
		if (guarded) {
			return guarded.knownBan(client);
		}

		const verdict = this.source.admit(client, [], {});
		return verdict.kind === 'banned' ? verdict : undefined;
	}

	giveBack(client: string, counted: readonly Counted[], requester?: string): void {
		const guarded = this.#guarded;
		if (guarded) {
			guarded.giveBack(client, counted, requester);
		} else {
			this.source.giveBack(client, counted);
		}
	}

	async ban(client: string, ban: NewBan): Promise<BanOutcome> {
		return (this.#guarded ?? this.source).ban(client, ban);
	}

	report(client: string, banRule: SettledBanRule, given: Report): MaybePromise<ReportOutcome> {
		return (this.#guarded ?? this.source).report(client, banRule, given);
	}

	/** The store under a policy, once one of its methods has been replaced. */
	get #guarded(): GateStore | undefined {
		const {source} = this;
		if (
			source.admit === admit &&
			source.report === report &&
			source.ban === ban &&
			source.giveBack === giveBack
		) {
			return undefined;
		}

		this.#underPolicy ??= this.#guard();
		return this.#underPolicy;
	}
}
