import {statfsSync} from 'node:fs';

/** The numbers that Linux gives to btrfs, ZFS and bcachefs. */
const COPY_ON_WRITE: ReadonlySet<number> = new Set([0x9123683e, 0x2fc12fc1, 0xca451a4e]);

/**
 * Whether a file is on a file system that writes changes to new blocks. Then no space can be reserved for them, and a
 * full disk ends the process.
 */
export function isCopyOnWrite(
	path: string,
	typeOf = (name: string) => statfsSync(name).type,
): boolean {
	try {
		return process.platform === 'linux' && COPY_ON_WRITE.has(typeOf(path));
	} catch {
		return false;
	}
}
