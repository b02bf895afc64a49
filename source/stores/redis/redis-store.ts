import {check, isFunction, isText, namedOptions} from '../../checks/option-checks.ts';
import type {AskOptions} from '../ask-options.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {
	AdmitOptions,
	NewBan,
	Report,
	ReportOutcome,
	Store,
	StoredBan,
	Verdict,
} from '../store.ts';
import {asUnfinished} from '../unfinished-error.ts';
import {Admissions} from './admissions.ts';
import {readOnlyWarner, warnOfTimeout} from './client-warnings.ts';
import {connect, type RedisClient} from './connection/connect.ts';
import type {Connection} from './connection/connection.ts';
import {Decisions} from './decisions.ts';
import {Keys, shortId} from './keys.ts';
import {listBans} from './list-bans.ts';
import {isReply, msText, parseOutcome, reasonText} from './protocol.ts';
import {ReplyCache} from './reply-cache/reply-cache.ts';
import {type Scripts, scripts} from './scripts/all.ts';
import {serverClock} from './scripts/clock.ts';
import {slotOf} from './slot.ts';

export interface RedisStoreOptions {
	/**
	 * Your own client: a `Redis` or `Cluster` of ioredis or iovalkey; or a connected client from
	 * `createClient`, `createClientPool`, `createCluster` or `createSentinel` of node-redis (`redis`). The store
	 * never closes it.
	 */
	readonly client: RedisClient;
	/**
	 * The beginning of every key, so that two apps can share a server. It has no braces. A `keyPrefix` of an
	 * ioredis or iovalkey client comes before it. node-redis does not apply its own to the keys of scripts.
	 *
	 * @default 'gk:'
	 */
	readonly prefix?: string;
	/**
	 * Returns the time in this process in milliseconds, from any origin. It times the reply cache, and all
	 * decisions while the server fails. For tests. The server counts by its own clock.
	 *
	 * @default performance.now
	 */
	readonly clock?: () => number;
}

/**
 * Keeps everything on a Redis (6.2 or later) or Valkey server, so that one set of rules applies to many
 * processes: on one server, under Sentinel, or on a cluster. A decision is one atomic script, by the server's
 * clock.
 *
 * @example
 * import {RedisStore} from 'koa-gatekeeper/redis';
 * import {Redis} from 'ioredis';
 *
 * app.use(gatekeeper({rateLimitRule: [100, 60], store: new RedisStore({client: new Redis()})}));
 */
export class RedisStore implements Store {
	readonly shared = true;
	readonly #connection: Connection;
	readonly #keys: Keys;
	readonly #scripts: Scripts;
	readonly #decisions: Decisions;
	readonly #clock: () => number;
	readonly #cache = new ReplyCache();
	readonly #warnIfReadOnly: (error: unknown) => void;

	/** @throws {TypeError} for an unknown kind of client, and for options that are unknown or out of bounds */
	constructor(options: RedisStoreOptions);
	/** @internal `prelude` replaces what the scripts begin with. */
	constructor(options: RedisStoreOptions, prelude: string);
	constructor(options: RedisStoreOptions, prelude = serverClock) {
		const given = namedOptions(options, ['client', 'prefix', 'clock'], 'RedisStore()', {
			example: '{client: new Redis()}',
		});
		const {client, prefix = 'gk:', clock = () => performance.now()} = given;
		check(isPrefix, prefix, 'prefix', 'text without braces, not empty');
		check(isFunction<() => number>, clock, 'clock', 'a function that returns milliseconds');
		this.#connection = connect(client);
		warnOfTimeout(this.#connection);
		this.#warnIfReadOnly = readOnlyWarner(this.#connection.readOnlyAdvice);
		this.#keys = new Keys(prefix);
		this.#scripts = scripts(prelude);
		this.#clock = clock;
		this.#decisions = new Decisions({
			admissions: new Admissions(this.#connection, this.#scripts.admit),
			cache: this.#cache,
			keys: this.#keys,
			clock,
			onError: this.#warnIfReadOnly,
		});
	}

	/** Milliseconds by the clock of this process. */
	clock(): number {
		return this.#clock();
	}

	/** The server of the cluster that a client is on. */
	partOf(client: string): string {
		return this.#connection.serverOf?.(slotOf(this.#keys.tagOf(client))) ?? '';
	}

	/** The hash slot of the cluster that a client is on. */
	slotOf(client: string): number {
		return this.#connection.isCluster ? slotOf(this.#keys.tagOf(client)) : 0;
	}

	/** Asks the server, or waits for a question that another request of a refused client has asked. */
	admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions,
		asking?: AskOptions,
	): Promise<Verdict> {
		return this.#decisions.admit(client, rules, options, asking);
	}

	/** A refusal of the client from about a second ago, or that it was not banned then. */
	recall(client: string, rules: readonly Rule[], options: AdmitOptions): Verdict | undefined {
		return this.#decisions.recall(client, rules, options);
	}

	async report(
		client: string,
		banRule: SettledBanRule,
		{weight, reason}: Report,
		asking?: AskOptions,
	): Promise<ReportOutcome> {
		const {id, count, window, duration} = banRule;
		const args = [
			shortId(id),
			String(count),
			String(window),
			msText(duration),
			String(weight),
			reasonText(reason),
		];
		const reply = await this.#run('report', client, args, asking);
		const outcome = parseOutcome(reply);
		// No reports: a ban was in force before, and nothing has changed.
		if (outcome.reports > 0) {
			this.#cache.forget(client);
		}

		return outcome;
	}

	async ban(client: string, {duration, reason}: NewBan, asking?: AskOptions): Promise<void> {
		await this.#run('ban', client, [msText(duration), reasonText(reason)], asking);
		this.#cache.forget(client);
	}

	async unban(client: string, asking?: AskOptions): Promise<void> {
		await this.#run('unban', client, [], asking);
		this.#cache.forget(client);
	}

	async reset(client: string, asking?: AskOptions): Promise<void> {
		await this.#run('reset', client, [], asking);
		this.#cache.forget(client);
	}

	bans(): AsyncIterable<readonly StoredBan[]> {
		return listBans(this.#connection, this.#keys, this.#scripts.show);
	}

	/** Forgets what this process remembers. The client stays open. */
	close(): void {
		this.#cache.clear();
	}

	/** @throws {UnfinishedError} unless the server has replied */
	async #run(
		script: 'report' | 'ban' | 'unban' | 'reset',
		client: string,
		args: readonly string[],
		asking: AskOptions | undefined,
	): Promise<unknown> {
		const keys = [this.#keys.stateOf(client), this.#keys.reportsOf(client)];
		try {
			return await this.#scripts[script].run(this.#connection, keys, args, asking);
		} catch (error) {
			this.#warnIfReadOnly(error);
			throw isReply(error) ? error : asUnfinished(error);
		}
	}
}

function isPrefix(given: unknown): given is string {
	return isText(given) && given !== '' && !/[{}]/.test(given);
}
