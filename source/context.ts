import type {ClientName} from './client/client-name.ts';
import type {WalkEnd} from './client/header/walk-header.ts';
import type {GuardedVerdict} from './stores/guard/questions.ts';

/**
 * Why the global rules do not apply to a request: `bypass()`, a standalone `specific()`,
 * `excludedMethods`; or `allow`, and no rule at all applies.
 */
export type Exemption = 'bypass' | 'standalone' | 'method' | 'allowed';

/** Refused since it is on the list of the denied. */
export interface Denied {
	readonly kind: 'denied';
}

/** What the gate decided. */
export type GateVerdict = GuardedVerdict | Denied;

/** How this request stands with the gate nearest to its handler. */
export interface GateState {
	/**
	 * Who the client is taken for, by its canonical key: `'203.0.113.7'`, `'2001:db8:1:2::/64'` (an
	 * IPv6 client is its /64), `'unix'` (a peer on a Unix socket), `'key:alice'` (by the option
	 * `key`), or `'hash:…'` where that is long.
	 */
	readonly client: string;
	/** Why the global rules do not apply to this request, if they do not. */
	readonly exemption: Exemption | undefined;
	/** What the gate decided; its times are milliseconds. */
	readonly verdict: GateVerdict;
	/** The state of the gate before this one on the request's way. */
	readonly outer: GateState | undefined;
	/** Tells how the client was found, to see what goes wrong behind proxies. */
	explain(): Explanation;
}

/** How a request's client was found. */
export interface Explanation {
	/** The socket's address, or `'unix'`. */
	readonly peer: string;
	/** The header that may name the client, in lower case, if there is one. */
	readonly header?: string;
	/** What it says, unless it is missing or empty. */
	readonly value?: string;
	/**
	 * Why nothing further was believed:
	 *
	 * - `'no-ip-header'`: no option names a header, so that the peer is the client
	 * - `'untrusted-peer'`: the peer is no proxy of ours, and is the client, whatever its header says
	 * - `'header-missing'`: our proxy names no client
	 * - `'client'`: this hop is the client
	 * - `'all-proxies'`: every hop is a proxy of ours; the left-most counts as the client
	 * - `'unreadable'`: the next hop is no address; the last good one counts
	 * - `'too-many-hops'`: the nearest 100 hops are proxies of ours, and more follow
	 */
	readonly end: 'no-ip-header' | 'untrusted-peer' | 'header-missing' | WalkEnd;
	/** The proxies of ours that the header names, nearest first. */
	readonly passed: readonly string[];
	/** The whole address, which an IPv6 client's key does not show; absent on a Unix socket. */
	readonly address?: string;
	/** The canonical key. */
	readonly client: string;
	readonly exemption: Exemption | undefined;
}

export interface ReportOptions {
	/**
	 * Who is reported: an address, a key as `bans()` shows it, or `{key: 'alice'}`. It need not have
	 * been seen before.
	 *
	 * @default this request's client
	 */
	readonly client?: ClientName;
	/**
	 * How many reports this one is worth, a whole number above 0.
	 *
	 * @default 1
	 */
	readonly weight?: number;
	/**
	 * Kept with the ban that this report may begin, 200 characters of it at most; shown by `bans()` and to
	 * `onRefused`.
	 */
	readonly reason?: string;
}

/**
 * Why no ban may hold a client: `allow` lists it, or it is our own proxy where that names nobody, whose
 * ban would shut everybody out.
 */
export type Immunity = 'allowed' | 'no-client';

/** How a client stands once it has been reported. */
export interface Standing {
	/** Its reports within the ban rule's window, this one included; 0 while an earlier ban is in force. */
	readonly reports: number;
	/** Whether it is banned now. */
	readonly banned: boolean;
	/** Seconds until the ban ends, rounded up; Infinity for a ban without end. */
	readonly retryAfter?: number;
	/**
	 * Why this report was not counted, if it was not: there is no `banRule`; the client is allowed by
	 * `allow`; or the request came from our own proxy without naming a client, and a ban would shut
	 * everybody out.
	 */
	readonly immune?: 'no-ban-rule' | Immunity;
}

declare module 'koa' {
	interface DefaultState {
		/** How this request stands with the gate; set by `gatekeeper()`. */
		gatekeeper: GateState;
	}

	interface ExtendableContext {
		/**
		 * Reports this request's client: enough reports within the ban rule's window and it is banned.
		 * Need not be awaited: the response waits for it. The promise rejects with a TypeError for bad
		 * options, of which a warning tells too, is never an unhandled rejection, and tells how the client now stands.
		 *
		 * It counts once your code has judged the request: of many at once, all may be judged before the
		 * first is reported. A `specific` on the route counts before, and bounds how many are judged.
		 *
		 * @example
		 * router.post('/login', async ctx => {
		 * 	if (!(await isRight(ctx.request.body.password))) {
		 * 		ctx.report();
		 * 		ctx.throw(401);
		 * 	}
		 * });
		 */
		report(options?: ReportOptions): Promise<Standing>;
	}
}
