import type {Explanation} from '../../context.ts';

/*
 * What the dashboard knows, as JSON: the page reads it, and so may scripts. Bans, and the client that is looked up, are
 * the store's. All else is about this process.
 */

/** What became of requests. */
export const verdicts = ['admitted', 'limited', 'banned', 'denied', 'unavailable'] as const;
export type VerdictName = (typeof verdicts)[number];

export interface DashboardData {
	/** The page's heading. */
	readonly title: string;
	/** Milliseconds since 1970, by this process's clock. */
	readonly now: number;
	readonly process: ProcessSeen;
	/** Whether the gate is a dry run, which refuses nothing. */
	readonly dryRun: boolean;
	readonly history: History;
	/** The rules that refused requests during the last hour, the busiest first; at most 50. */
	readonly rules: readonly RefusingRule[];
	/** The clients that were refused most during the last hour, the busiest first; at most 20. */
	readonly clients: readonly RefusedClient[];
	readonly bans: BanList;
	readonly store: StoreHealth;
	/** The client that was searched for, if one was. */
	readonly found?: FoundClient;
	/** How the gate sees the person who looks at the page, if the page is behind the gate. */
	readonly you?: Explanation;
}

/** The process that has answered. The requests and the refusals are its own. */
export interface ProcessSeen {
	/** Its number in the operating system. */
	readonly id: number;
	/** When the dashboard was created: milliseconds since 1970. */
	readonly since: number;
}

/** Requests during the last hour, in steps, without those of the page itself. The last step is not over yet. */
export interface History extends Readonly<Record<VerdictName, readonly number[]>> {
	/** Seconds. */
	readonly step: number;
	/** When the first step began: milliseconds since 1970. */
	readonly start: number;
	/** Requests that got a 400 or 431, since their client cannot be identified. */
	readonly unidentified: readonly number[];
}

export interface RefusingRule {
	readonly kind: Exclude<VerdictName, 'admitted'>;
	/** Its name; `''` where no rule refuses: denied, unavailable, banned by hand. */
	readonly rule: string;
	readonly refused: number;
	/** Milliseconds since 1970. */
	readonly lastAt: number;
}

export interface RefusedClient {
	readonly client: string;
	/** About how many of its requests were refused: never more than it was, and less only in a flood of addresses. */
	readonly refused: number;
	/** Of the last refusal. */
	readonly kind: Exclude<VerdictName, 'admitted'>;
	readonly rule: string;
	/** Milliseconds since 1970. */
	readonly lastAt: number;
}

export interface BanEntry {
	/** A client, or a range of addresses. */
	readonly client: string;
	readonly by: 'reports' | 'hand';
	readonly reason?: string;
	/** Seconds until it ends; null if it has no end. */
	readonly retryAfter: number | null;
	readonly strike?: number;
}

export interface BanList {
	/** Those that match the search, at most 100. Without a search, those that began last in this process come first. */
	readonly entries: readonly BanEntry[];
	/** How many match, as far as the store was read. */
	readonly total: number;
	/** Whether the store holds more than were read: then `total` is a lower bound. */
	readonly isPartial: boolean;
	/** Why they could not be read, if they could not. */
	readonly error?: string;
}

export interface StoreHealth {
	readonly isFailing: boolean;
	/** Since the process began. */
	readonly failures: number;
	/** The last error, if it fails. */
	readonly error?: string;
}

export interface FoundClient {
	/** What was searched for. */
	readonly query: string;
	/** The client's canonical key; absent if the text names none. */
	readonly client?: string;
	readonly ban?: BanEntry;
	/** Reports within the ban rule's window. */
	readonly reports?: number;
	/** How many earlier bans by reports are remembered. */
	readonly strike?: number;
	readonly limits?: ReadonlyArray<{
		readonly name: string;
		readonly count: number;
		/** Seconds. */
		readonly window: number;
		readonly remaining: number;
		/** Seconds until one more request fits, if none fits now. */
		readonly retryAfter?: number;
	}>;
	/** How one of its requests was identified that was refused lately. */
	readonly explanation?: Explanation;
	/** Why nothing could be found out. */
	readonly error?: string;
}

/**
 * What a change was, and what came of it. Status 200; if `error` is set, 400 for what can be mended, 413 or 415 for a
 * body that is not read, 503 if the store fails.
 */
export interface ChangeResult {
	/** Absent if it could not be read. */
	readonly action?: 'ban' | 'unban' | 'reset';
	/** The client as it was given; absent if it could not be read. */
	readonly client?: string;
	/** One sentence for the operator. */
	readonly message?: string;
	readonly error?: {
		readonly field: 'client' | 'duration' | 'reason' | 'action';
		readonly message: string;
	};
}
