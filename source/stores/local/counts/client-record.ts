import type {Level} from '../../deciding/levels.ts';
import type {Rule} from '../../rule.ts';
import type {Blocks} from './blocks.ts';
import {bytesOf, noBlocks, readLogs, type StoredLog, writeLog} from './log-format.ts';
import {isOfReports} from './log-id.ts';
import {RecordLog} from './record-log.ts';
import {StoredTimes} from './stored-times.ts';

/*
 * 8 bytes: when its last log is over, which the sweep reads; 8 bytes: since when it has its place among those that may go;
 * 4 bytes: its serial number; a byte with its level; 2 bytes with the number of its logs.
 */
const SINCE_AT = 8;
const SERIAL_AT = 16;
const LEVEL_AT = 20;
const LOGS_AT = 21;
const HEAD = 23;

/** The most logs of a client, besides those of reports and of the app's own rules. */
const MAX_LOGS = 1000;

const noTimes = Buffer.alloc(0);

/** What the file holds of a client that is counted: its logs. */
export class ClientRecord {
	/** Tells it from a record that the client had before: a give-back is for one record only. */
	serial: number;
	/** In milliseconds: when the client was last counted or reported; on a higher level, when it got there. */
	#since: number;
	#level: Level;
	/** The blocks of one of its logs. */
	readonly #blocksOf: (id: number) => Blocks;
	/** Those that were not opened are written as they were read. */
	readonly #logs: Map<number, StoredLog>;
	readonly #opened = new Map<number, RecordLog>();

	private constructor(bytes: Buffer | undefined, blocksOf: (id: number) => Blocks) {
		this.serial = bytes?.readUInt32LE(SERIAL_AT) ?? 0;
		this.#since = bytes?.readDoubleLE(SINCE_AT) ?? 0;
		this.#level = bytes ? ClientRecord.levelOf(bytes) : 0;
		this.#blocksOf = blocksOf;
		const logs = bytes ? readLogs(bytes, HEAD, bytes.readUInt16LE(LOGS_AT)) : [];
		this.#logs = new Map(logs.map(log => [log.id, log]));
	}

	/** A client without logs. It gets its serial number when it is saved. */
	static begin(blocksOf: (id: number) => Blocks): ClientRecord {
		return new ClientRecord(undefined, blocksOf);
	}

	/** Reads a record; undefined for bytes that are no record: the client is then as good as new. */
	static read(bytes: Buffer, blocksOf: (id: number) => Blocks): ClientRecord | undefined {
		try {
			return new ClientRecord(bytes, blocksOf);
		} catch {
			return undefined;
		}
	}

	/** When the last log of a written record is over. */
	static untilOf(bytes: Buffer): number {
		return bytes.length >= HEAD ? bytes.readDoubleLE(0) : -Infinity;
	}

	/** Of clients on one level, those of which this is least go first. */
	static sinceOf(bytes: Buffer): number {
		return bytes.length >= HEAD ? bytes.readDoubleLE(SINCE_AT) : -Infinity;
	}

	/** The level of a written record. */
	static levelOf(bytes: Buffer): Level {
		const level = bytes[LEVEL_AT];
		return level === 1 || level === 2 ? level : 0;
	}

	get level(): Level {
		return this.#level;
	}

	/** Moves the client up to a level, if it is not there yet. */
	raise(level: Level, now: number): void {
		if (level > this.#level) {
			this.#level = level;
			this.#since = now;
		}
	}

	/** Notes that the client is counted or reported. On a higher level, each request would else let it stay there longer. */
	touch(now: number): void {
		if (this.#level === 0) {
			this.#since = now;
		}
	}

	/** The log of a rule, which is begun if there is none. */
	open(id: number, rule: Rule): RecordLog {
		const opened = this.#opened.get(id);
		if (opened) {
			return opened;
		}

		const isKept = rule.isFixed === true || isOfReports(id);
		const stored = {...(this.#logs.get(id) ?? {...noLog, id}), isKept};
		const log = this.#logOf(stored, rule);
		this.#logs.set(id, stored);
		this.#opened.set(id, log);
		return log;
	}

	/** The log of a rule, if there is one. A change of it is not written. */
	find(id: number, rule: Rule): RecordLog | undefined {
		const stored = this.#logs.get(id);

		return stored && this.#logOf(stored, rule);
	}

	/** Forgets some logs. Returns whether there were any. */
	forget(isSuch: (id: number) => boolean): boolean {
		const before = this.#logs.size;
		for (const id of this.#logs.keys()) {
			if (isSuch(id)) {
				this.#logs.delete(id);
			}
		}

		return this.#logs.size < before;
	}

	/** Whether any log has blocks, which are records of their own. */
	get hasBlocks(): boolean {
		return [...this.#logs.values()].some(({blocks}) => blocks.count > 0);
	}

	/** The record for the file; undefined if there is nothing to keep. */
	write(now: number): Buffer | undefined {
		const logs = this.#mostRecent(this.#current(now));
		if (logs.length === 0) {
			return undefined;
		}

		const bytes = Buffer.allocUnsafe(logs.reduce((sum, log) => sum + bytesOf(log), HEAD));
		bytes.writeDoubleLE(Math.max(...logs.map(({until}) => until)), 0);
		bytes.writeDoubleLE(this.#since, SINCE_AT);
		bytes.writeUInt32LE(this.serial, SERIAL_AT);
		bytes[LEVEL_AT] = this.#level;
		bytes.writeUInt16LE(logs.length, LOGS_AT);
		let offset = HEAD;
		for (const log of logs) {
			offset = writeLog(log, bytes, offset);
		}

		return bytes;
	}

	#logOf({id, until, requests, blocks, inline}: StoredLog, {window}: Rule): RecordLog {
		const times = new StoredTimes(this.#blocksOf(id), blocks, inline);

		return new RecordLog({times, window, until, requests});
	}

	/** The logs that are not over. */
	#current(now: number): StoredLog[] {
		const current: StoredLog[] = [];
		for (const stored of this.#logs.values()) {
			const opened = this.#opened.get(stored.id);
			const log = opened ? written(stored, opened) : stored;
			if (log && log.until > now) {
				current.push(log);
			}
		}

		return current;
	}

	/**
	 * Without the logs that are over first, if there are too many. An app can make new rules for each request without
	 * end, and a client may be able to bring that about.
	 */
	#mostRecent(logs: readonly StoredLog[]): readonly StoredLog[] {
		if (logs.length <= MAX_LOGS) {
			return logs;
		}

		const stays = ({id, isKept}: StoredLog) => isKept || this.#opened.has(id);
		const others = logs.filter(log => !stays(log)).sort((one, other) => other.until - one.until);
		return [...logs.filter(stays), ...others.slice(0, MAX_LOGS)];
	}
}

const noLog = {until: 0, requests: 0, blocks: noBlocks, inline: noTimes};

function written({id, isKept}: StoredLog, log: RecordLog): StoredLog | undefined {
	if (log.length === 0) {
		return undefined;
	}

	const {until, requests, times} = log;
	times.moveToBlocks(until);
	return {id, until, requests, isKept, blocks: times.blocksUsed, inline: times.inline()};
}
