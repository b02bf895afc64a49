import {parseAddress} from '../../client/address/address.ts';
import {NestedRanges} from '../../client/address/nested-ranges.ts';
import type {RangeBan, StoredBan} from '../ban-records.ts';
import {MAX_RANGES, tooManyRanges} from '../max-ranges.ts';
import type {Banned} from '../verdict.ts';

/** A banned range around a client. */
interface Found {
	readonly range: string;
	readonly ban: Held;
}

interface Held {
	readonly reason: string | undefined;
	/** When it ends, in milliseconds; Infinity for never. */
	readonly until: number;
}

/** The bans of ranges of addresses. */
export class RangeBans {
	#bans: ReadonlyMap<string, Held> = new Map();
	/** When the next of them ends. */
	#firstEnd = Infinity;
	/** The same ranges, once a client was looked for after the last one came or went. */
	#nested: NestedRanges | undefined;

	/** @throws {Error} if there are too many others */
	begin(range: string, {duration, reason}: RangeBan, now: number): void {
		this.#removeEnded(now);
		if (!this.#bans.has(range) && this.#bans.size >= MAX_RANGES) {
			throw tooManyRanges();
		}

		this.#replace(new Map(this.#bans).set(range, {reason, until: now + duration}));
	}

	end(range: string): void {
		this.#replace(new Map([...this.#bans].filter(([other]) => other !== range)));
	}

	/** The ban that holds a client, if any: of several, the one that ends last. */
	find(client: string, now: number): Banned | undefined {
		const found = this.#bans.size === 0 ? undefined : this.#findAny(client, now);
		return found && {kind: 'banned', ...shown(found.ban, now)};
	}

	/** The same ban as it is listed: its `client` is the range. */
	listed(client: string, now: number): StoredBan | undefined {
		const found = this.#findAny(client, now);
		return found && {client: found.range, ...shown(found.ban, now)};
	}

	/** The bans in force. */
	list(now: number): readonly StoredBan[] {
		this.#removeEnded(now);
		return [...this.#bans].map(([client, ban]) => ({client, ...shown(ban, now)}));
	}

	/** Takes over all bans from another list, in place of those that are here. */
	replaceAll(bans: readonly StoredBan[], now: number): void {
		this.#replace(
			new Map(bans.map(({client, reason, endsInMs}) => [client, {reason, until: now + endsInMs}])),
		);
	}

	clear(): void {
		this.#replace(new Map());
	}

	#findAny(client: string, now: number): Found | undefined {
		this.#removeEnded(now);
		// A range is larger than what identifies a client: it holds all addresses of the client, or none.
		const [text = ''] = client.split('/', 1);
		const address = parseAddress(text);
		if (address === undefined) {
			return undefined;
		}

		this.#nested ??= new NestedRanges(this.#bans.keys());
		let longest: Found | undefined;
		for (const range of this.#nested.around(address)) {
			const ban = this.#bans.get(range);
			if (ban && !(longest && ban.until <= longest.ban.until)) {
				longest = {range, ban};
			}
		}

		return longest;
	}

	#removeEnded(now: number): void {
		if (now >= this.#firstEnd) {
			this.#replace(new Map([...this.#bans].filter(([, {until}]) => until > now)));
		}
	}

	#replace(bans: ReadonlyMap<string, Held>): void {
		// To arrange a thousand ranges takes milliseconds. Mostly they are those that were there before.
		const isSame =
			bans.size === this.#bans.size && [...bans.keys()].every(range => this.#bans.has(range));
		this.#nested = isSame ? this.#nested : undefined;
		this.#bans = bans;
		this.#firstEnd = Math.min(...[...bans.values()].map(({until}) => until));
	}
}

function shown({reason, until}: Held, now: number): Omit<StoredBan, 'client' | 'strike'> {
	return {by: 'hand', ...(reason !== undefined && {reason}), endsInMs: until - now};
}
