import {RecentMap} from '../collections/recent-map.ts';

/** How many clients are remembered: far more than change while a question is on its way. */
const MAX_CLIENTS = 20_000;

/**
 * Counts the changes of clients' bans, reports and counts. A reply to a question from before a change is
 * stale after it, and must not be remembered.
 */
export class Changes {
	#made = 0;
	readonly #of: RecentMap<number>;
	readonly #byReports: RecentMap<number>;

	/** @param maxClients how many clients are remembered */
	constructor(maxClients = MAX_CLIENTS) {
		this.#of = new RecentMap(maxClients);
		this.#byReports = new RecentMap(maxClients);
	}

	/** Counts all changes: keep it when you ask a question. */
	get version(): number {
		return this.#made;
	}

	record(client: string): void {
		this.#made += 1;
		this.#of.set(client, this.#made);
	}

	/** A report may have begun a ban, or a trap has. */
	recordReport(client: string): void {
		this.#made += 1;
		this.#byReports.set(client, this.#made);
	}

	/** Whether this client has changed since a version, by reports too. */
	hasChanged(client: string, sinceVersion: number): boolean {
		return (
			this.hasOperatorChanged(client, sinceVersion) ||
			(this.#byReports.get(client) ?? 0) > sinceVersion
		);
	}

	/** Whether an operator has changed this client since a version. */
	hasOperatorChanged(client: string, sinceVersion: number): boolean {
		return (this.#of.get(client) ?? 0) > sinceVersion;
	}
}
