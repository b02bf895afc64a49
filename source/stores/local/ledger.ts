import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../ban-records.ts';
import {type BanNote, Bans} from '../deciding/bans.ts';
import {ClientBans} from '../deciding/client-bans.ts';
import {inspect} from '../deciding/inspect.ts';
import {Strikes} from '../deciding/strikes.ts';
import type {Inspection} from '../inspection.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import {type AdmitOptions, admitted, type Counted, type Verdict} from '../verdict.ts';
import {LocalCounts} from './counts/local-counts.ts';
import {ExpiringTable} from './tables/expiring-table.ts';
import {tables} from './tables/keys.ts';
import {RangeBans} from './tables/range-bans.ts';
import type {Section} from './tables/section.ts';
import {Sweep, type SweptTable} from './tables/sweep.ts';

export interface LedgerOptions {
	readonly maxClients: number;
	readonly maxBans: number;
	/** Called when a ban replaces another client's, since there are too many. */
	readonly onFull: () => void;
}

/** How many bans are listed in one transaction. */
const PAGE = 200;

/** Some bans, and the key after which to go on; undefined after the last. */
export interface PageOfBans {
	readonly bans: readonly StoredBan[];
	readonly next: Buffer | undefined;
}

/** Decides by what a section of the file holds, and writes down what it has decided. All methods run in a transaction. */
export class Ledger {
	readonly #section: Section;
	readonly #counts: LocalCounts;
	readonly #bans: Bans;
	readonly #strikes: Strikes;
	readonly #clientBans: ClientBans;
	readonly #ranges: RangeBans;
	readonly #sweep: Sweep;

	constructor(section: Section, {maxClients, maxBans, onFull}: LedgerOptions) {
		const tableOf = <Value>(name: 'reports' | 'trap' | 'operator' | 'strikes') =>
			new ExpiringTable<Value>(section, tables[name], maxBans);
		const reports = tableOf<BanNote>('reports');
		const trap = tableOf<BanNote>('trap');
		const operator = tableOf<BanNote>('operator');
		const strikes = tableOf<number>('strikes');
		this.#section = section;
		this.#counts = new LocalCounts(section, maxClients);
		this.#bans = new Bans({reports, trap, operator});
		this.#strikes = new Strikes(strikes);
		this.#ranges = new RangeBans(section);
		this.#clientBans = new ClientBans({
			bans: this.#bans,
			strikes: this.#strikes,
			counts: this.#counts,
			onFull,
		});
		this.#sweep = new Sweep(
			section,
			new Map<number, SweptTable>([
				...this.#counts.tables,
				[tables.reports, reports],
				[tables.trap, trap],
				[tables.operator, operator],
				[tables.strikes, strikes],
			]),
		);
	}

	beginTransaction(): void {
		this.#section.totals.beginTransaction();
	}

	endTransaction(): void {
		this.#section.totals.endTransaction();
	}

	admit(client: string, rules: readonly Rule[], options: AdmitOptions, now: number): Verdict {
		const banned = options.immune ? undefined : this.#bans.find(client, now);
		if (banned !== undefined) {
			return banned;
		}

		return rules.length === 0 ? admitted : this.#counts.admit(client, rules, options, now);
	}

	giveBack(client: string, counted: readonly Counted[], now: number): void {
		this.#counts.giveBack(client, counted, now);
	}

	report(client: string, banRule: SettledBanRule, report: Report, now: number): ReportOutcome {
		return this.#clientBans.report(client, banRule, report, now);
	}

	ban(client: string, ban: NewBan, now: number): BanOutcome {
		return this.#clientBans.ban(client, ban, now);
	}

	unban(client: string): void {
		this.#clientBans.unban(client);
	}

	reset(client: string): void {
		this.#counts.reset(client);
	}

	inspect(
		client: string,
		rules: readonly Rule[],
		banRule: SettledBanRule | undefined,
		now: number,
	): Inspection {
		const ban = this.#bans.listed(client, now);
		const known = {ban, strikes: this.#strikes, counts: this.#counts};
		return inspect(known, client, rules, banRule, now);
	}

	/** A page of the bans in force, with keys after this one. */
	bans(after: Buffer | undefined, now: number): PageOfBans {
		const {records, keys} = this.#section;
		const [first, end] = [keys.first(tables.reports), keys.first(tables.operator + 1)];
		const found = records.between(after ?? first, end, PAGE);
		const bans: StoredBan[] = [];
		for (const {key, value} of found) {
			const entry = ExpiringTable.read(value);
			const ban = entry && entry.until > now ? this.#bans.listed(entry.client, now) : undefined;
			// A client may also have a ban by reports that a trap's ban hides.
			if (ban && (ban.by === 'reports') === (key[1] === tables.reports)) {
				bans.push(ban);
			}
		}

		return {bans, next: found.length === PAGE ? found.at(-1)?.key : undefined};
	}

	banRange(range: string, ban: RangeBan, now: number): void {
		this.#ranges.begin(range, ban, now);
	}

	unbanRange(range: string): void {
		this.#ranges.end(range);
	}

	ranges(now: number): readonly StoredBan[] {
		return this.#ranges.list(now);
	}

	/** Removes some of what is over, looking at no more than so many records. Returns whether there may be any. */
	sweep(now: number, limit: number): boolean {
		return this.#sweep.run(now, limit);
	}
}
