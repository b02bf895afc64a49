import {randomBytes} from 'node:crypto';
import type {AskOptions} from '../ask-options.ts';
import type {BanOutcome, NewBan, Report, ReportOutcome} from '../ban-records.ts';
import type {ReplyCache} from '../reply-cache/reply-cache.ts';
import type {Rule, SettledBanRule} from '../rule.ts';
import type {Counted} from '../verdict.ts';
import {msOf, msText, readOutcome, reasonText} from './ban-protocol.ts';
import {type Keys, shortId} from './keys.ts';
import {readReceipt} from './receipt.ts';
import type {Server} from './server.ts';

/** Changes what the server keeps of a client, and forgets what this process remembers of it. */
export class ClientCommands {
	readonly #server: Server;
	readonly #keys: Keys;
	readonly #cache: ReplyCache;

	constructor(server: Server, keys: Keys, cache: ReplyCache) {
		this.#server = server;
		this.#keys = keys;
		this.#cache = cache;
	}

	async report(
		client: string,
		{id, count, window, durations, forgetAfter}: SettledBanRule,
		{weight, reason}: Report,
		asking: AskOptions | undefined,
	): Promise<ReportOutcome> {
		const keys = this.#keysOf(client);
		const args = [shortId(id), String(count), String(window), String(weight), reasonText(reason)];
		if (forgetAfter !== undefined) {
			keys.push(this.#keys.strikesOf(client));
			args.push(msText(forgetAfter));
		}

		args.push(...durations.map(msText));
		const outcome = readOutcome(await this.#server.command('report', keys, args, asking));
		if (outcome.begunForMs !== undefined) {
			this.#cache.forget(client);
		} else if (outcome.banEndsInMs !== undefined) {
			this.#cache.foundBan(client);
		}

		return outcome;
	}

	async ban(
		client: string,
		{duration, reason, isTrap}: NewBan,
		asking: AskOptions | undefined,
	): Promise<BanOutcome> {
		const args = [msText(duration), reasonText(reason), ...(isTrap ? ['1'] : [])];
		const reply = await this.#server.command('ban', this.#keysOf(client), args, asking);
		this.#cache.forget(client);

		return {banEndsInMs: msOf(reply)};
	}

	async unban(client: string, asking: AskOptions | undefined): Promise<void> {
		const keys = [...this.#keysOf(client), this.#keys.strikesOf(client)];
		await this.#server.command('unban', keys, [], asking);
		this.#cache.forget(client);
	}

	async reset(client: string, asking: AskOptions | undefined): Promise<void> {
		await this.#server.command('reset', this.#keysOf(client), [], asking);
		this.#cache.forget(client);
	}

	async giveBack(
		client: string,
		counted: readonly Counted[],
		asking: AskOptions | undefined,
	): Promise<void> {
		const rules: Rule[] = [];
		const args = [randomBytes(8).toString('hex')];
		for (const {rule, cost, receipt} of counted) {
			const read = readReceipt(receipt);
			if (read) {
				rules.push(rule);
				args.push(String(read.resets), String(read.at), String(cost));
			}
		}

		if (rules.length === 0) {
			return;
		}

		const keys = [
			this.#keys.stateOf(client),
			this.#keys.givenBackOf(client),
			...rules.map(rule => this.#keys.logOf(client, rule)),
		];
		await this.#server.command('giveBack', keys, args, asking);
		this.#cache.gaveBack(client, rules);
	}

	#keysOf(client: string): string[] {
		return [this.#keys.stateOf(client), this.#keys.reportsOf(client)];
	}
}
