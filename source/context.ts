import type {Duration} from './checks/duration.ts';
import type {ClientName} from './client/client-name.ts';
import type {AddressExplanation} from './client/explanation.ts';
import type {GuardedVerdict} from './stores/guard/failure-policy.ts';

/**
 * Why the global rules do not apply to a request:
 *
 * - `'bypass'`: its route has `bypass()`; no rule applies
 * - `'standalone'`: its route has a standalone `specific()`
 * - `'method'`: `excludedMethods` lists its method
 * - `'allowed'`: `allow` covers its client; no rule applies
 */
export type Exemption = 'bypass' | 'standalone' | 'method' | 'allowed';

/** What the gate decided: the store's verdict, or a refusal without it. Times are milliseconds. */
export type GateVerdict = GuardedVerdict | {readonly kind: 'denied'};

/** What the gate nearest to the handler knows of a request. */
export interface GateState {
	/**
	 * The client's canonical key:
	 *
	 * - `'203.0.113.7'`
	 * - `'2001:db8:1:2::/64'`: an IPv6 client is its /64
	 * - `'unix'`: a peer on a Unix socket
	 * - `'no-address'`: an adapter that gives no address
	 * - `'key:alice'`: by the option `key`; `'hash:…'` where that is long
	 */
	readonly client: string;
	/** Why the global rules do not apply to this request, if they do not. */
	readonly exemption: Exemption | undefined;
	/** What the gate decided; admitted, without quotas, for an exempt request. */
	readonly verdict: GateVerdict;
	/** The state of the gate before this one, if the request passed two. */
	readonly outer: GateState | undefined;
	/** Explains how the client was found, to see what is wrong behind proxies. */
	explain(): Explanation;
}

/** How a request's client was found. */
export interface Explanation extends AddressExplanation, Pick<GateState, 'client' | 'exemption'> {}

/** A limit is full; the client is banned; `deny` covers it; or the store fails, with `onStoreError: 'closed'`. */
export type RefusalKind = 'limited' | 'banned' | 'denied' | 'unavailable';

/** Why a request was refused, as `onRefused` receives it. */
export interface Refusal {
	readonly kind: RefusalKind;
	/** 429 for limited, 403 for banned and denied, 503 for unavailable. */
	readonly status: number;
	/** Seconds to wait, rounded up, at least 1; absent for an endless ban and for a denied client. */
	readonly retryAfter?: number;
	/** The names of all full rules, or of the ban rule; otherwise empty. */
	readonly rules: readonly string[];
	/**
	 * Set where a `specific` has refused by what its `key` returned. Other clients may have filled that rule: do not
	 * report this one for it.
	 */
	readonly keyed?: true;
	/** Whether reports led to the ban, or `gate.ban()` or `ctx.ban()` did; only for a banned client. */
	readonly by?: 'reports' | 'hand';
	/** The reason that the ban's report or the operator gave. */
	readonly reason?: string;
	/** What happened, in one line that a client may see: the default text body. */
	readonly text: string;
}

/** Options of `ctx.report()`. */
export interface ReportOptions {
	/**
	 * The client to report: an address, a key as `bans()` shows it, or `{key: 'alice'}`. The gate need not
	 * have seen it before.
	 *
	 * @default this request's client
	 */
	readonly client?: ClientName;
	/**
	 * How many reports this one counts for, a whole number above 0.
	 *
	 * @default 1
	 */
	readonly weight?: number;
	/**
	 * Stored with a ban that this report begins. `bans()` and `onRefused` show its first 200 characters.
	 */
	readonly reason?: string;
}

/** Options of `ctx.ban()` and `gate.ban()`. */
export interface BanOptions {
	/**
	 * Seconds, or text such as `'10m'`; Infinity for an endless ban.
	 *
	 * @default the ban rule's duration, the first if it has several. Without a ban rule, `gate.ban()` bans without
	 * end, and `ctx.ban()` needs a duration
	 */
	readonly duration?: Duration;
	/** `bans()` and `onRefused` show its first 200 characters. */
	readonly reason?: string;
}

/** A ban in force. */
export interface Ban {
	/** The client's canonical key, which every method of the gate takes; or the range, as a CIDR. */
	readonly client: string;
	/** Whether reports led to the ban, or `gate.ban()` or `ctx.ban()` did. */
	readonly by: 'reports' | 'hand';
	/** The reason that was given; `'HTTP 404'` and such by `reportWhen`. */
	readonly reason?: string;
	/** Seconds until the ban ends, rounded up; Infinity for an endless ban. */
	readonly retryAfter: number;
	/** Which of the client's bans by reports it is: 1, 2, …; only if the ban rule has a list of durations. */
	readonly strike?: number;
}

/** How a client stands after a report or a ban. */
export interface Standing {
	/**
	 * Its reports within the ban rule's window, including this one. 0 after `ctx.ban()`, if an earlier ban is in
	 * force that is not by `ctx.ban()`, if the client is immune, or if the store fails under `onStoreError: 'open'` or
	 * `'closed'`.
	 */
	readonly reports: number;
	/** Whether it is banned now. Always false where `immune` is set: then the store is not asked. */
	readonly banned: boolean;
	/** Seconds until the ban ends, rounded up; Infinity for an endless ban. */
	readonly retryAfter?: number;
	/**
	 * Why the report or the ban had no effect, if it had none:
	 *
	 * - `'no-gate'`: the request has passed no gate
	 * - `'no-ban-rule'`: there is no `banRule`
	 * - `'allowed'`: `allow` covers the client
	 * - `'no-client'`: the request came from your own proxy and names no client, or from a proxy that no option
	 *   mentions, so that a ban would shut everyone out
	 */
	readonly immune?: 'no-gate' | 'no-ban-rule' | 'allowed' | 'no-client';
}

declare module 'koa' {
	interface DefaultState {
		/** What the gate knows of this request; set by `gatekeeper()`. */
		gatekeeper: GateState;
	}

	interface ExtendableContext {
		/**
		 * Reports this request's client. Enough reports within the ban rule's window ban it.
		 *
		 * You need not await it: the response waits for it, and its promise is never an unhandled rejection. It
		 * resolves to how the client stands now, even if the store fails.
		 *
		 * A report counts after your code has judged the request: many requests at once may all be judged
		 * before the first is reported. A `specific` on the route counts earlier, and limits how many are
		 * judged.
		 *
		 * A page on another site can make its visitors' browsers send requests: refuse these before you judge them, with
		 * `fromOtherSite()`.
		 *
		 * @throws {TypeError} (as a rejection, and with a warning) for bad options
		 *
		 * @example
		 * router.post('/login', async ctx => {
		 * 	if (fromOtherSite(ctx)) {
		 * 		ctx.throw(403);
		 * 	}
		 *
		 * 	if (!(await isRight(ctx.request.body.password))) {
		 * 		ctx.report();
		 * 		ctx.throw(401);
		 * 	}
		 * });
		 */
		report(options?: ReportOptions): Promise<Standing>;

		/**
		 * Bans this request's client at once: for a trap that no honest client requests. It never shortens a ban. A
		 * client that is immune is not banned, and the standing says so.
		 *
		 * You need not await it: the response waits for it, and its promise is never an unhandled rejection.
		 *
		 * @throws {TypeError} (as a rejection, and with a warning) for bad options, and without a duration if the gate
		 * has no `banRule`
		 *
		 * @example
		 * router.all('/wp-login.php', ctx => {
		 * 	if (!fromBrowser(ctx)) {
		 * 		ctx.ban({reason: 'trap'}); // no browser: a page on another site may have sent one here
		 * 	}
		 * });
		 */
		ban(options?: BanOptions): Promise<Standing>;
	}
}
