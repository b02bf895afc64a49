import type {Level} from '../../deciding/levels.ts';
import {tables} from '../tables/keys.ts';
import type {FileRecord} from '../tables/records.ts';
import {Samples} from '../tables/samples.ts';
import type {Section} from '../tables/section.ts';
import {Blocks} from './blocks.ts';
import {ClientRecord} from './client-record.ts';

/** How many blocks of a log are removed at a time. */
const BLOCKS_AT_ONCE = 128;

/** After how many changes no further client is removed to make room: one with long logs has many records. */
const MAX_REMOVALS = 64;

/** How many samples are taken at most: a third of all records is on a full level, so that each meets some. */
const SAMPLES = 3;

/** Serial numbers are numbers of 32 bits. */
const SERIALS = 2 ** 32;

/** A client that was looked up. */
export interface FoundClient {
	readonly key: Buffer;
	readonly record: ClientRecord;
	/** Its level in the file; undefined if it is not there. */
	readonly storedLevel: Level | undefined;
}

/**
 * Clients with their logs, or keys that clients make up. A third of them may be on each level, so that new clients
 * cannot evict clients with a full rule, and those cannot evict busy clients. If there are too many on a level, some go
 * of a sample, which a hash makes random: those that have been quiet longest, or have been on a higher level longest.
 */
export class ClientTable {
	readonly #section: Section;
	readonly #table: number;
	readonly #maxOfLevel: number;
	readonly #samples: Samples;

	/**
	 * @param table from `tables`
	 * @param max the most clients
	 */
	constructor(section: Section, table: number, max: number) {
		this.#section = section;
		this.#table = table;
		this.#maxOfLevel = Math.floor(max / 3);
		this.#samples = new Samples(section, table);
	}

	/** A client, if it is known. */
	find(client: string): FoundClient | undefined {
		const key = this.#section.keys.of(this.#table, client);
		const record = this.#read(key, this.#section.records.get(key));
		return record && {key, record, storedLevel: record.level};
	}

	/** A client that is there once it is saved. */
	findOrBegin(client: string): FoundClient {
		const key = this.#section.keys.of(this.#table, client);
		const bytes = this.#section.records.get(key);
		const record = this.#read(key, bytes);
		if (record) {
			return {key, record, storedLevel: record.level};
		}

		if (bytes) {
			// The totals count what cannot be read, too.
			this.remove(key, bytes);
		}

		return {
			key,
			record: ClientRecord.begin(id => this.#blocksOf(key, id)),
			storedLevel: undefined,
		};
	}

	/** Writes a client that has changed, or removes it if nothing of it is left. */
	save({key, record, storedLevel}: FoundClient, now: number): void {
		const {records, totals} = this.#section;
		if (storedLevel === undefined) {
			record.serial = totals.nextSerial() % SERIALS;
		}

		const bytes = record.write(now);
		if (bytes === undefined) {
			this.#removeWithBlocks(key);
			return;
		}

		const {level} = record;
		if (level !== storedLevel) {
			this.#makeRoom(level, key, now);
			totals.add(this.#table, 1, level);
			if (storedLevel !== undefined) {
				totals.add(this.#table, -1, storedLevel);
			}
		}

		records.put(key, bytes);
	}

	delete(client: string): void {
		this.#removeWithBlocks(this.#section.keys.of(this.#table, client));
	}

	/** Removes a client that is over, if it is there. Its blocks are over, too: the sweep comes to them. */
	remove(key: Buffer, bytes = this.#section.records.get(key)): void {
		const {records, totals} = this.#section;
		if (bytes !== undefined) {
			totals.add(this.#table, -1, ClientRecord.levelOf(bytes));
			records.remove(key);
		}
	}

	#removeWithBlocks(key: Buffer, bytes: Buffer | undefined = this.#section.records.get(key)): void {
		this.remove(key, bytes);
		if (bytes && ClientRecord.read(bytes, id => this.#blocksOf(key, id))?.hasBlocks) {
			this.#removeBlocks(key);
		}
	}

	#read(key: Buffer, bytes: Buffer | undefined): ClientRecord | undefined {
		return bytes && ClientRecord.read(bytes, id => this.#blocksOf(key, id));
	}

	/** Removes other clients than this one until one more has room on a level. */
	#makeRoom(level: Level, key: Buffer, now: number): void {
		const isFull = () => this.#section.totals.get(this.#table, level) >= this.#maxOfLevel;
		for (let samples = 0; isFull() && samples < SAMPLES; samples += 1) {
			const others = this.#samples.next(level).filter(other => !other.key.equals(key));
			const ofLevel = others.filter(other => ClientRecord.levelOf(other.value) === level);
			const isOver = (other: FileRecord) => ClientRecord.untilOf(other.value) <= now;
			for (const over of others.filter(isOver)) {
				this.remove(over.key, over.value);
			}

			// Each sample makes the same room, whatever is over: so all parts of the table have their turn equally often.
			const left = ofLevel.filter(other => !isOver(other));
			this.#evict(left, Math.ceil(ofLevel.length / 4) - (ofLevel.length - left.length));
		}
	}

	/** Removes so many of these clients that have been there longest, or fewer that have long logs. */
	#evict(clients: readonly FileRecord[], number: number): void {
		const {records} = this.#section;
		const before = records.changes;
		const oldest = clients.toSorted(
			(one, other) => ClientRecord.sinceOf(one.value) - ClientRecord.sinceOf(other.value),
		);
		for (const {key, value} of oldest.slice(0, Math.max(0, number))) {
			this.#removeWithBlocks(key, value);
			if (records.changes - before >= MAX_REMOVALS) {
				break;
			}
		}
	}

	#removeBlocks(key: Buffer): void {
		const {records} = this.#section;
		const prefix = this.#blocksKey(key);
		// After the prefix come 6 bytes of a log's ID, and 4 of a block's number.
		const end = Buffer.concat([prefix, Buffer.alloc(11, 255)]);
		for (let found = records.between(prefix, end, BLOCKS_AT_ONCE); found.length > 0; ) {
			for (const block of found) {
				records.remove(block.key);
			}

			found = records.between(prefix, end, BLOCKS_AT_ONCE);
		}
	}

	#blocksOf(key: Buffer, id: number): Blocks {
		return new Blocks(this.#section.records, () => {
			const rest = Buffer.allocUnsafe(6);
			rest.writeUIntLE(id, 0, 6);
			return Buffer.concat([this.#blocksKey(key), rest]);
		});
	}

	/** What the keys of a client's blocks begin with. */
	#blocksKey(key: Buffer): Buffer {
		return this.#section.keys.in(tables.blocks, key.subarray(1));
	}
}
