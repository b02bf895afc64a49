import {check, isFunction, isText, namedOptions} from '../../checks/option-checks.ts';
import type {Rule, SettledBanRule} from '../../options/rules.ts';
import {Changes} from '../changes.ts';
import {
	type AdmitOptions,
	admitted,
	type NewBan,
	type Report,
	type ReportOutcome,
	type Store,
	type StoredBan,
	type Verdict,
} from '../store.ts';
import {Admissions} from './admissions.ts';
import {reasonText, timeText} from './arguments.ts';
import {connect, type RedisClient} from './connection/connect.ts';
import type {Connection, KeyScanner} from './connection/connection.ts';
import {counterId, Keys} from './keys.ts';
import {parseOutcome, readBan} from './protocol.ts';
import {Refusals} from './refusals.ts';
import {type Scripts, scripts} from './scripts/all.ts';
import {serverClock} from './scripts/clock.ts';
import {Unbanned} from './unbanned.ts';

export interface RedisStoreOptions {
	/**
	 * The client that you have: a `Redis` or `Cluster` of ioredis or iovalkey; or what `createClient`,
	 * `createClientPool`, `createCluster` or `createSentinel` of node-redis (`redis`) made, connected. It
	 * stays yours: the store never closes it.
	 */
	readonly client: RedisClient;
	/**
	 * What all keys begin with, so that two apps on one server are apart. Without braces. A `keyPrefix` of
	 * an ioredis or iovalkey client stands before it; node-redis puts its own in front of no script's keys.
	 *
	 * @default 'gk:'
	 */
	readonly prefix?: string;
	/**
	 * Tells the time in this process in milliseconds, from any origin: by it refusals are remembered for a
	 * second, and all goes while the server fails. For tests: what the server counts goes by its own clock.
	 *
	 * @default performance.now
	 */
	readonly clock?: () => number;
}

const noExceptions: AdmitOptions = {};

/**
 * Keeps everything on a Redis (6.2 or later) or Valkey server, so that one set of rules holds for many
 * processes: alone, under Sentinel, or a cluster. A decision is one atomic script, by the server's clock.
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
	readonly #admissions: Admissions;
	readonly #clock: () => number;
	readonly #refusals = new Refusals();
	readonly #unbanned = new Unbanned();
	readonly #changes = new Changes();

	/**
	 * @param prelude for the tests of this package: what the scripts begin with
	 * @throws {TypeError} for a client of no known kind, and for options unknown or out of bounds
	 */
	constructor(options: RedisStoreOptions, prelude = serverClock) {
		const names = ['client', 'prefix', 'clock'] as const;
		const given = namedOptions(options, names, 'RedisStore()');
		const {client, prefix = 'gk:', clock = () => performance.now()} = given;
		check(isPrefix, prefix, 'prefix', 'text without braces, not empty');
		check(isFunction<() => number>, clock, 'clock', 'a function that returns milliseconds');
		this.#connection = connect(client);
		this.#keys = new Keys(prefix);
		this.#scripts = scripts(prelude);
		this.#admissions = new Admissions(this.#connection, this.#scripts.admit);
		this.#clock = clock;
	}

	/** Milliseconds by the clock of this process. */
	clock(): number {
		return this.#clock();
	}

	/** Asks the server. */
	async admit(
		client: string,
		rules: readonly Rule[],
		options: AdmitOptions = noExceptions,
	): Promise<Verdict> {
		const {immune: isImmune = false, late: isLate = false, peek: isPeek = false} = options;
		const state = this.#keys.stateOf(client);
		const askedAt = this.#clock();
		const mark = this.#changes.mark;
		const verdict = await this.#admissions.ask({state, rules, isImmune, isLate, isPeek});
		if (rules.length > 0 && !isPeek && (verdict.kind === 'admitted' || isLate)) {
			this.#refusals.counted(client, rules);
		} else if (!this.#changes.isSince(mark, client)) {
			this.#learn(client, rules, options, verdict, askedAt);
		}

		return verdict;
	}

	/** What refused the client less than a second ago, and that it has no ban, if it was asked then. */
	recall(
		client: string,
		rules: readonly Rule[],
		{immune = false, late = false, requester = client}: AdmitOptions,
	): Verdict | undefined {
		if (late) {
			return undefined;
		}

		const now = this.#clock();
		const known = this.#refusals.find(client, rules, immune, now);
		if (known) {
			this.#refused(known, requester, now);
			return known;
		}

		const isAboutBan = rules.length === 0 && !immune;
		return isAboutBan && this.#unbanned.has(client, now) ? admitted : undefined;
	}

	async report(
		client: string,
		banRule: SettledBanRule,
		{weight, reason}: Report,
	): Promise<ReportOutcome> {
		const {counter, count, window, duration} = banRule;
		const reply = await this.#scripts.report.run(this.#connection, this.#stateAndReports(client), [
			counterId(counter),
			String(count),
			String(window),
			timeText(duration),
			String(weight),
			reasonText(reason),
		]);
		const outcome = parseOutcome(reply);
		if (outcome.reports > 0) {
			// Else a ban was in force before, and nothing has changed.
			this.#forget(client);
		}

		return outcome;
	}

	async ban(client: string, {duration, reason}: NewBan): Promise<void> {
		await this.#change('ban', client, [timeText(duration), reasonText(reason)]);
	}

	async unban(client: string): Promise<void> {
		await this.#change('unban', client);
	}

	async reset(client: string): Promise<void> {
		await this.#change('reset', client);
	}

	/** The bans in force. Those that begin or end meanwhile may be told or not. */
	async *bans(): AsyncGenerator<readonly StoredBan[]> {
		for (const scan of await this.#connection.servers()) {
			yield* this.#bansOf(scan);
		}
	}

	/** The client stays open: it is not the store's. */
	close(): void {
		this.#refusals.clear();
		this.#unbanned.clear();
	}

	/** Learns from a verdict on a request that was not counted. */
	#learn(
		client: string,
		rules: readonly Rule[],
		{immune: isImmune = false, requester = client}: AdmitOptions,
		verdict: Verdict,
		askedAt: number,
	): void {
		if (verdict.kind !== 'banned' && !isImmune) {
			this.#unbanned.foundNoBan(client, askedAt);
		}

		if (verdict.kind !== 'admitted') {
			const now = this.#clock();
			this.#refusals.remember(client, {verdict, rules, isImmune, askedAt}, now);
			this.#refused(verdict, requester, now);
		}
	}

	#refused({kind}: Verdict, requester: string, now: number): void {
		if (kind === 'limited') {
			this.#unbanned.refused(requester, now);
		}
	}

	#forget(client: string): void {
		this.#changes.made(client);
		this.#refusals.forget(client);
		this.#unbanned.forget(client);
	}

	async #change(
		verb: 'ban' | 'unban' | 'reset',
		client: string,
		args: readonly string[] = [],
	): Promise<void> {
		await this.#scripts[verb].run(this.#connection, this.#stateAndReports(client), args);
		this.#forget(client);
	}

	async *#bansOf(scan: KeyScanner): AsyncGenerator<readonly StoredBan[]> {
		const seen = new Set<string>();
		let cursor = '0';
		do {
			const scanned = await scan(cursor, this.#keys.statePattern);
			cursor = scanned.cursor;
			// A key may be told twice.
			const states = [...new Set(scanned.keys)].filter(key => !seen.has(key));
			for (const key of states) {
				seen.add(key);
			}

			const bans = await Promise.all(states.map(key => this.#banIn(key)));
			yield bans.filter(ban => ban !== undefined);
		} while (cursor !== '0');
	}

	async #banIn(state: string): Promise<StoredBan | undefined> {
		const reply = await this.#scripts.show.run(this.#connection, [state]);

		return readBan(this.#keys.clientOf(state), reply);
	}

	#stateAndReports(client: string): [string, string] {
		return [this.#keys.stateOf(client), this.#keys.reportsOf(client)];
	}
}

function isPrefix(given: unknown): given is string {
	return isText(given) && given !== '' && !/[{}]/.test(given);
}
