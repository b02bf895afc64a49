import type {MemoryStore} from '../memory/memory-store.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {AdmitOptions, Report, ReportOutcome, Verdict} from '../store.ts';
import type {Commands, GateStore} from './gate-store.ts';

/** A MemoryStore for a gate. It neither fails nor returns nonsense, so that nothing guards it. */
export class UnguardedStore implements GateStore {
	readonly shared = false;
	readonly source: MemoryStore;
	readonly commands: Commands;

	constructor(source: MemoryStore) {
		this.source = source;
		this.commands = {
			ban: async (client, ban) => source.ban(client, ban),
			unban: async client => source.unban(client),
			reset: async client => source.reset(client),
			report: async (client, banRule, report) => source.report(client, banRule, report),
			bans: () => source.bans(),
			close: async () => source.close(),
		};
	}

	now(): number {
		return this.source.clock();
	}

	admit(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict {
		return this.source.admit(client, rules, options);
	}

	report(client: string, banRule: SettledBanRule, report: Report): ReportOutcome {
		return this.source.report(client, banRule, report);
	}
}
