import type {MaybePromise} from '../../maybe-promise.ts';
import {MemoryStore} from '../memory/memory-store.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {AdmitOptions, Report, ReportOutcome} from '../store.ts';
import type {GuardedVerdict} from './failure-policy.ts';
import type {Commands, GateStore} from './gate-store.ts';

/** As they are before anything can replace them, to stub or to trace them for example. */
const {admit, report} = MemoryStore.prototype;

/** A MemoryStore for a gate. It neither fails nor returns nonsense, so that nothing guards it. */
export class UnguardedStore implements GateStore {
	readonly shared = false;
	readonly source: MemoryStore;
	readonly commands: Commands;
	readonly #guard: () => GateStore;
	#guarded: GateStore | undefined;

	/** @param guard guards the store, if one of its methods has been replaced */
	constructor(source: MemoryStore, guard: () => GateStore) {
		this.source = source;
		this.#guard = guard;
		this.commands = {
			ban: async (client, ban) => source.ban(client, ban),
			unban: async client => source.unban(client),
			reset: async client => source.reset(client),
			report: async (client, banRule, given) => source.report(client, banRule, given),
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
		return this.source.admit === admit
			? this.source.admit(client, rules, options)
			: this.#guardedStore().admit(client, rules, options);
	}

	report(client: string, banRule: SettledBanRule, given: Report): MaybePromise<ReportOutcome> {
		return this.source.report === report
			? this.source.report(client, banRule, given)
			: this.#guardedStore().report(client, banRule, given);
	}

	#guardedStore(): GateStore {
		this.#guarded ??= this.#guard();
		return this.#guarded;
	}
}
