import type {AskOptions} from '../ask-options.ts';
import type {RangeBan, StoredBan} from '../ban-records.ts';
import {tooManyRanges} from '../max-ranges.ts';
import {msText, readRanges, reasonText} from './ban-protocol.ts';
import type {Server} from './server.ts';

/** The bans of ranges: all in one key, since each process reads them together. */
export class RangeBans {
	readonly #server: Server;
	readonly #keys: readonly [string];

	constructor(server: Server, key: string) {
		this.#server = server;
		this.#keys = [key];
	}

	/** @throws {Error} if there are too many */
	async ban(
		range: string,
		{duration, reason}: RangeBan,
		asking: AskOptions | undefined,
	): Promise<void> {
		const args = [range, msText(duration), reasonText(reason)];
		const begun = await this.#server.command('banRange', this.#keys, args, asking);
		if (Number(begun) === 0) {
			throw tooManyRanges();
		}
	}

	async unban(range: string, asking: AskOptions | undefined): Promise<void> {
		await this.#server.command('unbanRange', this.#keys, [range], asking);
	}

	async list(asking: AskOptions | undefined): Promise<readonly StoredBan[]> {
		return readRanges(await this.#server.read('showRanges', this.#keys, [], asking));
	}
}
