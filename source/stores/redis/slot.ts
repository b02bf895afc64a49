import {SLOTS} from './connection/cluster-masters.ts';

/**
 * The hash slot of a hash tag: CRC-16/XMODEM of its bytes.
 *
 * @see Redis cluster specification, "Key distribution model"
 */
export function slotOf(tag: string): number {
	let crc = 0;
	for (const byte of Buffer.from(tag)) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit += 1) {
			crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
		}
	}

	return crc % SLOTS;
}
