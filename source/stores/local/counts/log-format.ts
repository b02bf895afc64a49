/** Which blocks hold the older times of a log. */
export interface BlocksUsed {
	/** The number of the first block, and how many there are. */
	readonly first: number;
	readonly count: number;
	/** How many times at the beginning of the first block are gone. */
	readonly gone: number;
}

export const noBlocks: BlocksUsed = {first: 0, count: 0, gone: 0};

/** A log as a client's record holds it. */
export interface StoredLog {
	/** Identifies the rule, and what is counted: see `log-id.ts`. */
	readonly id: number;
	/** When the last time leaves the window, in milliseconds. */
	readonly until: number;
	/** For how many requests it holds times, up to 8. */
	readonly requests: number;
	/** Whether it stays, however many logs the client has. */
	readonly isKept: boolean;
	readonly blocks: BlocksUsed;
	/** The times that are not in blocks: the lower 32 bits of each. */
	readonly inline: Buffer;
}

/*
 * A log: 6 bytes of ID; a byte of flags and requests; 8 bytes of `until`; 2 bytes with the number of times; then,
 * under HAS_BLOCKS, 4 bytes with the first block, 4 with their number, 2 with what is gone of the first; then the times,
 * 4 bytes each.
 */
const HEAD = 17;
const BLOCKS_HEAD = 10;
const REQUESTS = 15;
const IS_KEPT = 16;
const HAS_BLOCKS = 32;

export function bytesOf({blocks, inline}: StoredLog): number {
	return HEAD + (blocks.count > 0 ? BLOCKS_HEAD : 0) + inline.length;
}

/** Writes a log. Returns the offset after it. */
export function writeLog(log: StoredLog, bytes: Buffer, offset: number): number {
	const {id, until, requests, isKept, blocks, inline} = log;
	const hasBlocks = blocks.count > 0;
	bytes.writeUIntLE(id, offset, 6);
	bytes[offset + 6] = requests + (isKept ? IS_KEPT : 0) + (hasBlocks ? HAS_BLOCKS : 0);
	bytes.writeDoubleLE(until, offset + 7);
	bytes.writeUInt16LE(inline.length / 4, offset + 15);
	let next = offset + HEAD;
	if (hasBlocks) {
		bytes.writeUInt32LE(blocks.first, next);
		bytes.writeUInt32LE(blocks.count, next + 4);
		bytes.writeUInt16LE(blocks.gone, next + 8);
		next += BLOCKS_HEAD;
	}

	bytes.set(inline, next);
	return next + inline.length;
}

/**
 * Reads so many logs.
 *
 * @throws {RangeError} for bytes that are no logs
 */
export function readLogs(bytes: Buffer, from: number, count: number): StoredLog[] {
	const logs: StoredLog[] = [];
	let offset = from;
	for (let read = 0; read < count; read += 1) {
		const flags = bytes.readUInt8(offset + 6);
		const times = offset + HEAD + (flags & HAS_BLOCKS ? BLOCKS_HEAD : 0);
		const end = times + 4 * bytes.readUInt16LE(offset + 15);
		const until = bytes.readDoubleLE(offset + 7);
		if (end > bytes.length || !Number.isFinite(until)) {
			throw new RangeError('This is no log');
		}

		logs.push({
			id: bytes.readUIntLE(offset, 6),
			until,
			requests: flags & REQUESTS,
			isKept: (flags & IS_KEPT) !== 0,
			blocks: flags & HAS_BLOCKS ? readBlocks(bytes, offset + HEAD) : noBlocks,
			inline: bytes.subarray(times, end),
		});
		offset = end;
	}

	return logs;
}

function readBlocks(bytes: Buffer, offset: number): BlocksUsed {
	return {
		first: bytes.readUInt32LE(offset),
		count: bytes.readUInt32LE(offset + 4),
		gone: bytes.readUInt16LE(offset + 8),
	};
}
