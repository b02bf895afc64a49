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
import type {Space} from './tables/space.ts';
import {Sweep, type SweptTable} from './tables/sweep.ts';
import {indexes} from './tables/totals.ts';

export interface LedgerOptions {
	readonly maxClients: number;
	readonly maxBans: number;
	/** Called when a ban replaces another client's, since there are too many. */
	readonly onFull: () => void;
}

/** How many bans are listed in one transaction. */
const PAGE = 200;

/** Where a listing of bans has got to: behind a record of one of the tables. */
export interface Cursor {
	readonly table: number;
	readonly after: Buffer | undefined;
}

/** Some bans, and where the next ones are; undefined after the last. */
export interface PageOfBans {
	readonly bans: readonly StoredBan[];
	readonly next: Cursor | undefined;
}

/** Decides by what a space of the file holds, and writes down what it has decided. All methods run in a transaction. */
export class Ledger {
	readonly #space: Space;
	readonly #counts: LocalCounts;
	readonly #banTables: ReadonlyMap<number, ExpiringTable<BanNote>>;
	readonly #bans: Bans;
	readonly #strikes: Strikes;
	readonly #clientBans: ClientBans;
	readonly #ranges: RangeBans;
	readonly #sweep: Sweep;

	constructor(space: Space, {maxClients, maxBans, onFull}: LedgerOptions) {
		const tableOf = <Value>(name: 'reports' | 'trap' | 'operator' | 'strikes') =>
			new ExpiringTable<Value>(space, tables[name], indexes[name], maxBans);
		const reports = tableOf<BanNote>('reports');
		const trap = tableOf<BanNote>('trap');
		const operator = tableOf<BanNote>('operator');
		const strikes = tableOf<number>('strikes');
		this.#space = space;
		this.#counts = new LocalCounts(space, maxClients);
		this.#bans = new Bans({reports, trap, operator});
		this.#strikes = new Strikes(strikes);
		this.#ranges = new RangeBans(space);
		this.#clientBans = new ClientBans({
			bans: this.#bans,
			strikes: this.#strikes,
			counts: this.#counts,
			onFull,
		});
		this.#banTables = new Map([
			[tables.reports, reports],
			[tables.trap, trap],
			[tables.operator, operator],
		]);
		this.#sweep = new Sweep(
			space,
			new Map<number, SweptTable>([
				...this.#counts.tables,
				...this.#banTables,
				[tables.strikes, strikes],
			]),
		);
	}

	beginTransaction(): void {
		this.#space.totals.beginTransaction();
	}

	endTransaction(): void {
		this.#space.totals.endTransaction();
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
		const banned = this.#bans.find(client, now);
		return banned
			? {reports: 0, banEndsInMs: banned.endsInMs}
			: this.#clientBans.report(client, banRule, report, now);
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

	/** A page of the bans in force. */
	bans(cursor: Cursor | undefined, now: number): PageOfBans {
		const numbers = [...this.#banTables.keys()];
		const {table, after} = cursor ?? {table: numbers[0] ?? 0, after: undefined};
		const found = this.#banTables.get(table)?.after(after, PAGE) ?? [];
		const bans: StoredBan[] = [];
		for (const {value} of found) {
			const entry = ExpiringTable.read(value);
			const ban = entry && entry.until > now ? this.#bans.listed(entry.client, now) : undefined;
			// A client may have a ban by reports behind that of a trap.
			if (ban && (ban.by === 'reports') === (table === tables.reports)) {
				bans.push(ban);
			}
		}

		if (found.length === PAGE) {
			return {bans, next: {table, after: found.at(-1)?.key}};
		}

		const next = numbers[numbers.indexOf(table) + 1];
		return {bans, next: next === undefined ? undefined : {table: next, after: undefined}};
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

	/** Removes some of what is over, looking at so many records. Returns whether there may be any. */
	sweep(now: number, number: number): boolean {
		return this.#sweep.run(now, number);
	}
}
