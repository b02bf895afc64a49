import {readFileSync, readlinkSync} from 'node:fs';

/** Milliseconds by which the uptime of this process is ahead, in a time namespace of Linux. */
const ahead = aheadBy(orNothing(() => readFileSync('/proc/self/timens_offsets', 'utf8')));

/** Milliseconds since the machine started. Unlike `performance.timeOrigin`, equal in all processes. */
export function uptime(): number {
	const [seconds, nanoseconds] = process.hrtime();

	return seconds * 1000 + nanoseconds / 1e6 - ahead;
}

/** Tells one start of the machine from another; empty where the system does not say. */
export function bootName(): string {
	return orNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

/** Tells one PID namespace from another; empty where the system does not say. */
export function pidNamespaceName(): string {
	return orNothing(() => readlinkSync('/proc/self/ns/pid'));
}

/** @param offsets lines such as `monotonic 100000 0`: seconds and nanoseconds */
function aheadBy(offsets: string): number {
	const [, seconds, nanoseconds] = /^monotonic\s+(-?\d+)\s+(\d+)/m.exec(offsets) ?? [0, 0, 0];

	return Number(seconds) * 1000 + Number(nanoseconds) / 1e6;
}

function orNothing(read: () => string): string {
	try {
		return read();
	} catch {
		return '';
	}
}
