import {readFileSync, readlinkSync} from 'node:fs';

/** Milliseconds since the machine started. Unlike `performance.timeOrigin`, equal in all processes. */
export function uptime(): number {
	const [seconds, nanoseconds] = process.hrtime();

	return seconds * 1000 + nanoseconds / 1e6;
}

/** Tells one start of the machine from another; empty where the system does not say. */
export function bootName(): string {
	return orNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

/** Tells one PID namespace from another; empty where the system does not say. */
export function pidNamespaceName(): string {
	return orNothing(() => readlinkSync('/proc/self/ns/pid'));
}

function orNothing(read: () => string): string {
	try {
		return read();
	} catch {
		return '';
	}
}
