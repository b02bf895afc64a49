import type {DefaultState} from 'koa';
import type {Duration} from '../checks/duration.ts';
import type {AddressList} from '../client/address/address-list.ts';
import type {Refusal} from '../context.ts';
import type {RouterLike} from '../marks/router.ts';
import type {StoreErrorPolicy} from '../stores/guard/failure-policy.ts';
import type {Store} from '../stores/store.ts';
import type {BanRule} from './ban-rule.ts';
import type {ContextOf} from './context-of.ts';
import type {LimitRulesFor} from './limit-rules.ts';

/** Which fields tell a client its quota. */
export type HeaderStyle = 'draft' | 'legacy' | 'both' | false;

/** Responds to a refused request in your own way. What it does not set keeps its default. */
export type OnRefused<State = DefaultState> = (ctx: ContextOf<State>, refusal: Refusal) => unknown;

/**
 * Returns whether the request's client is on the list. `allow` does not call it if a proxy's header cannot be
 * read. Errors propagate to Koa.
 */
export type ClientTest<State = DefaultState> = (
	ctx: ContextOf<State>,
) => boolean | Promise<boolean>;

/**
 * Returns the key that identifies the client, or that a `specific` counts by: a user ID, an API key, an
 * account name. It may have any length and content. Return undefined or `''` to use the address. Errors
 * propagate to Koa.
 */
export type KeyOf<State = DefaultState> = (
	ctx: ContextOf<State>,
) => string | undefined | Promise<string | undefined>;

/**
 * Whether a response is a report of its client: a list of statuses, or a function that returns true, false or
 * the weight of the report. `status` is what Koa sends, also for an error.
 */
export type ReportWhen<State = DefaultState> =
	| readonly number[]
	| ((ctx: ContextOf<State>, status: number) => boolean | number);

/**
 * Options of `gatekeeper()`, which throws a TypeError at start-up for a bad one. `State` is the app's own
 * `ctx.state`, for the functions among them.
 */
export interface GatekeeperOptions<State = DefaultState> {
	/**
	 * Bans a client that is reported too often: see `ctx.report()`.
	 *
	 * @default only bans by hand
	 */
	readonly banRule?: BanRule;
	/**
	 * Reports the client when its request gets one of these statuses, or when a function says so. It needs a
	 * `banRule`. It is asked once, when the request has passed the gate or got its 429. It is not asked where
	 * the handler has called `ctx.report()`, for clients that are allowed, denied or banned, on `bypass()` routes,
	 * for the 429 of a `specific` with a `key`, nor for what an inner gate has refused or reported. If the function
	 * throws, Koa's `error` event says so.
	 *
	 * A page on another site can make its visitors' browsers cause any status: leave out what `fromBrowser()` knows.
	 *
	 * @default only `ctx.report()`
	 *
	 * @example
	 * gatekeeper({
	 * 	banRule: [20, '1m', '1h'],
	 * 	reportWhen: (ctx, status) => status === 404 && !fromBrowser(ctx),
	 * });
	 */
	readonly reportWhen?: ReportWhen<State>;
	/**
	 * Limits the requests of each client, over all routes. One rule or a list of rules.
	 *
	 * @default no limit
	 */
	readonly rateLimitRule?: LimitRulesFor<State>;
	/**
	 * The header in which your reverse proxy names the client: `'X-Forwarded-For'`, `'X-Real-IP'`,
	 * `'CF-Connecting-IP'`, `'Forwarded'` (RFC 7239) or any other that has one address or a list of addresses.
	 * It is believed only from a trusted proxy: see `trustedProxies`. Case does not matter.
	 *
	 * `false` says that no proxy names clients. Otherwise a nearby peer that sends such a header is taken for a
	 * proxy, whose clients the gate cannot tell apart: a warning says so, and their reports count nothing.
	 *
	 * @default none: the socket's address is the client; with `app.proxy` on, Koa's `app.proxyIpHeader`
	 */
	readonly ipHeader?: string | false;
	/**
	 * The proxies whose header is believed: addresses, CIDRs, and the names `'loopback'`, `'linklocal'`,
	 * `'uniquelocal'` (fc00::/7 and the ranges of RFC 1918). The header is walked from the right, past every
	 * listed hop, to the first hop that is not listed: that is the client. `[]` trusts no proxy. Any other
	 * list also trusts a peer on a Unix socket, and a hop `unix:`. `'no-address'` trusts an adapter, such as
	 * serverless-http, that gives its requests no address. An `AddressList` can be replaced while the app runs.
	 *
	 * @default one hop: a peer on a loopback, link-local, private or unique-local address or a Unix socket is
	 * trusted, and the right-most address of its header is the client
	 */
	readonly trustedProxies?: readonly string[] | AddressList;
	/**
	 * How many bits of an IPv6 address identify a client, 32 to 128. A client can use any address within its
	 * prefix: with more than 64, it has many quotas, and no ban holds it. In 64:ff9b::/96, where NAT64 puts IPv4 clients,
	 * the whole address counts.
	 *
	 * @default 64
	 */
	readonly ipv6Prefix?: number;
	/**
	 * Clients that are never counted, limited or banned: addresses, CIDRs, and the names of ranges; an
	 * `AddressList`, whose entries can be replaced while the app runs; or a function.
	 *
	 * @default none
	 */
	readonly allow?: readonly string[] | AddressList | ClientTest<State>;
	/**
	 * Clients that are refused with 403, even if `allow` covers them too. Takes the same as `allow`.
	 *
	 * @default none
	 */
	readonly deny?: readonly string[] | AddressList | ClientTest<State>;
	/**
	 * Returns the key that identifies a client in place of its address. The client is counted, reported and
	 * banned by that key. Return only verified keys: a client that chooses its own key can reset its quota, escape
	 * a ban, or get another client banned. A ban on its address does not apply to a client that has a key;
	 * `deny` still does. It is called before limits and bans are checked, so that a client can guess at it.
	 *
	 * @default the address, also where it returns undefined or `''`
	 */
	readonly key?: KeyOf<State>;
	/**
	 * Replaces each key, of a client or of a `specific`, by its HMAC-SHA-256 with this secret, so that neither
	 * a log nor a store's server shows a key. All processes that share a store need the same secret. Bytes are
	 * copied. `bans()` shows `hash:…`, which every method of the gate takes.
	 *
	 * @default keys are kept as they are, except long ones
	 */
	readonly keySecret?: string | Uint8Array;
	/**
	 * HTTP methods that the global rules neither count nor limit. Bans still apply. A request whose method is
	 * rewritten behind the gate is counted when it comes back. Any case here; a request's own method must match
	 * exactly.
	 *
	 * @default none
	 */
	readonly excludedMethods?: readonly string[];
	/**
	 * The routers whose `bypass()` and standalone routes the gate recognises before they run. The one that the gate is
	 * mounted on comes first, whether it is among them or not.
	 *
	 * @default the routers that `app.use` placed after the gate
	 */
	readonly routers?: readonly RouterLike[];
	/**
	 * The fields on every response: `'draft'` for `RateLimit` and `RateLimit-Policy`, `'legacy'` for
	 * `X-RateLimit-Limit`, `-Remaining` and `-Reset` (in seconds since 1970), `'both'`, or `false` for none.
	 *
	 * @default 'draft'
	 * @see draft-ietf-httpapi-ratelimit-headers-11
	 */
	readonly headers?: HeaderStyle;
	/**
	 * Responds to a refused request in your own way, for example with a redirect or a page. The gate sets the
	 * status, `Retry-After` and `Cache-Control` before it calls this, and removes an Accept header of more than
	 * 160 characters. It awaits this, and sets the default body afterwards unless this has set one. Errors
	 * propagate to Koa.
	 *
	 * @default plain text or application/problem+json, whichever the client accepts
	 */
	readonly onRefused?: OnRefused<State>;
	/**
	 * What happens while the store fails: `'memory'`, the same rules apply in this process; `'open'`, all
	 * requests are admitted; `'closed'`, all are refused with 503.
	 *
	 * @default 'memory'
	 */
	readonly onStoreError?: StoreErrorPolicy;
	/**
	 * How long the store may take to reply, at most 1 minute. After that it counts as failed. One block of the
	 * event loop uses up at most a tenth of it. A MemoryStore needs no timeout.
	 *
	 * @default 0.5 seconds
	 */
	readonly storeTimeout?: Duration;
	/**
	 * Where requests, reports and bans are kept. For the processes of one machine,
	 * use a LocalStore (`koa-gatekeeper/local`); for many machines, a RedisStore (`koa-gatekeeper/redis`).
	 *
	 * @default a MemoryStore of its own
	 */
	readonly store?: Store;
	/**
	 * Counts, reports and bans as the other options say, but refuses nothing and sets no field: to try a policy
	 * beside the gate that enforces another. `specific`, `ctx.report()` and `ctx.ban()` act on the nearest gate that
	 * is no dry run, and as a copy on this one. On a store that the two share, what a dry run counts and bans is kept
	 * apart.
	 *
	 * @default false
	 */
	readonly dryRun?: boolean;
}
