import type {AskOptions} from '../ask-options.ts';
import type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from '../ban-records.ts';
import type {Inspection} from '../inspection.ts';
import {Decisions} from '../reply-cache/decisions.ts';
import {ReplyCache} from '../reply-cache/reply-cache.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Store} from '../store.ts';
import type {AdmitOptions, Counted, Verdict} from '../verdict.ts';
import {Admissions} from './admissions.ts';
import {ClientCommands} from './client-commands.ts';
import {inspect} from './inspect.ts';
import {Keys} from './keys.ts';
import {listBans} from './list-bans.ts';
import {type RedisStoreOptions, settleRedisOptions} from './options.ts';
import {RangeBans} from './range-bans.ts';
import {Server} from './server.ts';
import {slotOf} from './slot.ts';

/**
 * Keeps everything on a Redis (6.2 or later) or Valkey server, so that one set of rules applies to many
 * processes: on one server, under Sentinel, or on a cluster. A decision is one atomic script, by the server's
 * clock.
 *
 * @example
 * import {RedisStore} from 'koa-gatekeeper/redis';
 * import {Redis} from 'ioredis';
 *
 * const client = new Redis();
 * client.on('error', error => console.error(error));
 * app.use(gatekeeper({rateLimitRule: [100, 60], store: new RedisStore({client})}));
 */
export class RedisStore implements Store {
	readonly shared = true;
	readonly #options: Required<RedisStoreOptions>;
	readonly #server: Server;
	readonly #keys: Keys;
	readonly #cache = new ReplyCache({believesNoBan: true});
	readonly #decisions: Decisions;
	readonly #commands: ClientCommands;
	readonly #ranges: RangeBans;
	#sibling: RedisStore | undefined;

	/** @throws {TypeError} for an unknown kind of client, and for options that are unknown or out of bounds */
	constructor(options: RedisStoreOptions);
	/** @internal */
	constructor(options: RedisStoreOptions, server: Server);
	constructor(options: RedisStoreOptions, server?: Server) {
		const {client, prefix, clock} = settleRedisOptions(options);
		this.#options = {client, prefix, clock};
		this.#server = server ?? new Server(client);
		this.#keys = new Keys(prefix);
		const {connection, scripts, onError} = this.#server;
		const admissions = new Admissions(connection, scripts.admit, onError);
		this.#decisions = new Decisions({
			cache: this.#cache,
			clock,
			ask: (client, rules, options, asking) =>
				admissions.ask({state: this.#keys.stateOf(client), rules, options, asking}),
		});
		this.#commands = new ClientCommands(this.#server, this.#keys, this.#cache);
		this.#ranges = new RangeBans(this.#server, this.#keys.ranges);
	}

	/** Milliseconds by the clock of this process. */
	clock(): number {
		return this.#options.clock();
	}

	/** The server of the cluster that a client is on. */
	partOf(client: string): string {
		return this.#server.connection.serverOf?.(slotOf(this.#keys.tagOf(client))) ?? '';
	}

	/** The hash slot of the cluster that a client is on. */
	slotOf(client: string): number {
		return this.#server.connection.isCluster ? slotOf(this.#keys.tagOf(client)) : 0;
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

	noteRefused(client: string): void {
		this.#cache.noteRefused(client, this.clock());
	}

	/** Forgets the refusals of the client that this process remembers: they may be over. */
	giveBack(client: string, counted: readonly Counted[], asking?: AskOptions): Promise<void> {
		return this.#commands.giveBack(client, counted, asking);
	}

	report(
		client: string,
		banRule: SettledBanRule,
		report: Report,
		asking?: AskOptions,
	): Promise<ReportOutcome> {
		return this.#commands.report(client, banRule, report, asking);
	}

	ban(client: string, ban: NewBan, asking?: AskOptions): Promise<BanOutcome> {
		return this.#commands.ban(client, ban, asking);
	}

	unban(client: string, asking?: AskOptions): Promise<void> {
		return this.#commands.unban(client, asking);
	}

	reset(client: string, asking?: AskOptions): Promise<void> {
		return this.#commands.reset(client, asking);
	}

	/** Asks the server, on which it writes nothing. */
	inspect(
		client: string,
		rules: readonly Rule[],
		banRule: SettledBanRule | undefined,
		asking?: AskOptions,
	): Promise<Inspection> {
		return inspect(this.#server, this.#keys, client, {rules, banRule, asking});
	}

	bans(): AsyncIterable<readonly StoredBan[]> {
		return listBans(this.#server, this.#keys);
	}

	banRange(range: string, ban: RangeBan, asking?: AskOptions): Promise<void> {
		return this.#ranges.ban(range, ban, asking);
	}

	unbanRange(range: string, asking?: AskOptions): Promise<void> {
		return this.#ranges.unban(range, asking);
	}

	ranges(asking?: AskOptions): Promise<readonly StoredBan[]> {
		return this.#ranges.list(asking);
	}

	/** The store over the same client whose prefix is this one's and `dry:`. */
	sibling(): RedisStore {
		this.#sibling ??= new RedisStore(
			{...this.#options, prefix: `${this.#options.prefix}dry:`},
			this.#server,
		);

		return this.#sibling;
	}

	/** Forgets what this process remembers. The client stays open. */
	close(): void {
		this.#cache.clear();
	}
}
