import type {Context} from 'koa';
import type {Duration} from '../checks/duration.ts';
import type {AddressList} from '../client/address-list.ts';
import type {RouterLike} from '../marks/router.ts';
import type {StoreErrorPolicy} from '../stores/guard/questions.ts';
import type {Store} from '../stores/store.ts';
import type {BanRule, LimitRules} from './rules.ts';

/** Which fields tell a client how it stands under the limits. */
export type HeaderStyle = 'draft' | 'legacy' | 'both' | false;

/** Why a request was refused, as `onRefused` is told. */
export interface Refusal {
	/** Full limit, ban, on the list `deny`, or a store that fails under `onStoreError: 'closed'`. */
	readonly kind: 'limited' | 'banned' | 'denied' | 'unavailable';
	/** 429, 403, 403 or 503, in this order. */
	readonly status: number;
	/** Seconds after which to try again, rounded up, at least 1; absent for a ban without end and for the denied. */
	readonly retryAfter?: number;
	/** The names of every full rule, or of the ban rule; else empty. */
	readonly rules: readonly string[];
	/** What the ban's report or the operator gave as the reason. */
	readonly reason?: string;
	/** What happened, in a line that may be shown: the default text body. */
	readonly text: string;
}

/** Answers a refused request in the user's own way; what it leaves alone gets the default. */
export type OnRefused = (ctx: Context, refusal: Refusal) => unknown;

/**
 * Tells whether the request's client is one of these; not asked by `allow` where a proxy's header
 * cannot be read. What it throws, Koa answers.
 */
export type ClientTest = (ctx: Context) => boolean | Promise<boolean>;

/**
 * What the client, or what a `specific` counts, is known by: a user's id, an API key, an account. Any
 * length and any content will do; undefined or `''` where there is none. What it throws, Koa answers.
 */
export type KeyOf = (ctx: Context) => string | undefined | Promise<string | undefined>;

export interface GatekeeperOptions {
	/**
	 * Bans a client that is reported too often: see `ctx.report()`.
	 *
	 * @default no bans but those by hand
	 */
	readonly banRule?: BanRule;
	/**
	 * What one client may request, over all routes. One rule or a list.
	 *
	 * @default no limit
	 */
	readonly rateLimitRule?: LimitRules;
	/**
	 * The header in which a reverse proxy names the client: `'X-Forwarded-For'`, `'X-Real-IP'`,
	 * `'CF-Connecting-IP'`, `'Forwarded'` (RFC 7239) or any other of one address or a list. It is read
	 * only from a proxy of yours: see `trustedProxies`.
	 *
	 * @default the socket's address is the client; with `app.proxy` on, Koa's `app.proxyIpHeader`
	 */
	readonly ipHeader?: string;
	/**
	 * Whose header is believed: addresses, CIDRs, and the names `'loopback'`, `'linklocal'`,
	 * `'uniquelocal'` (fc00::/7 and the ranges of RFC 1918). The header is walked from the right past
	 * every listed hop to the first that is not listed: that is the client. `[]` trusts nobody; a peer
	 * on a Unix socket is trusted by any other list.
	 *
	 * @default one hop: a peer on a loopback, link-local, private or unique-local address or a Unix
	 * socket may name the client, with the right-most address, the one that it wrote itself
	 */
	readonly trustedProxies?: readonly string[];
	/**
	 * By how many bits an IPv6 client is known, since it can take any address with the same prefix: 32
	 * to 128. In 64:ff9b::/96, where NAT64 puts IPv4 clients, all of an address counts.
	 *
	 * @default 64
	 */
	readonly ipv6Prefix?: number;
	/**
	 * Clients that are never counted, limited or banned. Addresses, CIDRs and names as in
	 * `trustedProxies`; an `AddressList`, whose entries can be replaced; or a function.
	 *
	 * @default none
	 */
	readonly allow?: readonly string[] | AddressList | ClientTest;
	/**
	 * Clients that are refused with 403, even where they are also allowed. Given like `allow`.
	 *
	 * @default none
	 */
	readonly deny?: readonly string[] | AddressList | ClientTest;
	/**
	 * What a client is known by in place of its address: counted, reported and banned by it. It must be
	 * proven here, not just claimed: by a key of its choice a client would have a new quota, leave a ban
	 * behind, or have a victim banned. Bans of its address hold for it no longer; `deny` does.
	 *
	 * @default the address, also where it answers undefined or `''`
	 */
	readonly key?: KeyOf;
	/**
	 * Keeps clients, and what a `specific` counts, that are known by a `key` (a user's id, an API key) as
	 * the HMAC-SHA-256 of it with this secret, so that neither a log nor a store's server shows one. All
	 * processes that share a store need the same. Bytes are copied. `bans()` shows `hash:…`, which every verb takes.
	 *
	 * @default kept as they are, but for long ones
	 */
	readonly keySecret?: string | Uint8Array;
	/**
	 * HTTP methods that the global rules neither count nor limit. Bans hold all the same. A request whose
	 * method is rewritten behind the gate is counted late.
	 *
	 * @default none
	 */
	readonly excludedMethods?: readonly string[];
	/**
	 * The routers whose `bypass()` and standalone routes the gate foresees.
	 *
	 * @default those that `app.use` placed after the gate, or the one that the gate is mounted on
	 */
	readonly routers?: readonly RouterLike[];
	/**
	 * The fields on every answer: `'draft'` for `RateLimit` and `RateLimit-Policy`, `'legacy'` for
	 * `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds left), `'both'`, or `false` for none.
	 *
	 * @default 'draft'
	 * @see draft-ietf-httpapi-ratelimit-headers-11
	 */
	readonly headers?: HeaderStyle;
	/**
	 * Answers a refused request otherwise, with a redirect or a page, say. Status, `Retry-After` and
	 * `Cache-Control` are set before; the default body is set after, unless this set one. An Accept header
	 * of more than 160 characters is removed before.
	 *
	 * @default a plain text or application/problem+json, whichever the client accepts
	 */
	readonly onRefused?: OnRefused;
	/**
	 * What happens while the store fails: `'memory'`, the same rules in this process; `'open'`, all
	 * requests are admitted; `'closed'`, all are refused with 503.
	 *
	 * @default 'memory'
	 */
	readonly onStoreError?: StoreErrorPolicy;
	/**
	 * How long the store may take for an answer; then it has failed. Code that blocks the event loop uses up
	 * at most a tenth of it each time.
	 *
	 * @default 0.5 seconds
	 */
	readonly storeTimeout?: Duration;
	/**
	 * Where requests, reports and bans are remembered.
	 *
	 * @default a MemoryStore of the gate's own; a RedisStore (`koa-gatekeeper/redis`) is for many processes
	 */
	readonly store?: Store;
}
