import type {Ban, Explanation} from '../../context.ts';
import type {ClientStanding} from '../../operator/inspect.ts';

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
	/** Of a ban: whether reports led to it. */
	readonly by?: 'reports' | 'hand';
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
	readonly by?: 'reports' | 'hand';
	/** Milliseconds since 1970. */
	readonly lastAt: number;
}

/** A ban of a client, or of a range of addresses. */
export interface BanEntry extends Omit<Ban, 'retryAfter'> {
	/** Seconds until it ends; null if it has no end. */
	readonly retryAfter: number | null;
}

export interface BanList {
	/** Those that match the search, at most 100. Without a search, those that began last in this process come first. */
	readonly entries: readonly BanEntry[];
	/** How many match the search, as far as the store was read. */
	readonly total: number;
	/** How many there are, whether or not they match. */
	readonly inForce: number;
	/** Whether the store holds more than were read: then both numbers are lower bounds. */
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

/** What is known of the client, or of the range of addresses, that a text names; or why nothing is. */
export type FoundClient = KnownClient | UnknownClient;

export interface KnownClient
	extends Partial<Pick<ClientStanding, 'reports' | 'strike' | 'limits'>> {
	/** What was searched for. */
	readonly query: string;
	/** The client's canonical key, or the range as a CIDR. Of a range, nothing but its ban is known. */
	readonly client: string;
	/** Its ban, or that of a range that it is in. */
	readonly ban?: BanEntry;
	/** How one of its requests was identified that was refused during the last hour. */
	readonly explanation?: Explanation;
	readonly error?: undefined;
}

export interface UnknownClient {
	readonly query: string;
	readonly client?: undefined;
	/** Why nothing is known: the text names no client, or the store is failing. */
	readonly error: string;
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
