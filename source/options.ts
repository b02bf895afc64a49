import type {Context} from 'koa';
import type {Duration} from './duration.ts';
import type {RouterLike} from './router.ts';
import type {BanRule, LimitRules} from './rules.ts';
import type {StoreErrorPolicy} from './stores/guarded-store.ts';
import type {Store} from './stores/store.ts';

/** Which fields tell a client how it stands under the limits. */
export type HeaderStyle = 'draft' | 'legacy' | 'both' | false;

/** Why a request was refused, as `onRefused` is told. */
export interface Refusal {
	/** Full limit, ban, or a store that fails under `onStoreError: 'closed'`. */
	readonly kind: 'limited' | 'banned' | 'unavailable';
	/** 429, 403 or 503, in this order. */
	readonly status: number;
	/** Seconds after which to try again, rounded up, at least 1; absent for a ban without end. */
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
	 * The header in which a reverse proxy names the client, such as `'X-Forwarded-For'`. It is read
	 * only from a peer on a loopback, link-local, private or unique-local address or a Unix socket, and
	 * then its right-most address, the one that this proxy wrote itself, is the client.
	 *
	 * @default the socket's address is the client
	 */
	readonly ipHeader?: string;
	/**
	 * HTTP methods that the global rules neither count nor limit. Bans hold all the same.
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
	 * `Cache-Control` are set before; the default body is set after, unless this set one.
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
	 * How long the store may take for an answer; then it has failed.
	 *
	 * @default 0.5 seconds
	 */
	readonly storeTimeout?: Duration;
	/**
	 * Where requests, reports and bans are remembered.
	 *
	 * @default a MemoryStore of the gate's own
	 */
	readonly store?: Store;
}
