import type {ExecutionContext} from 'ava';

export interface Warning {
	readonly code: string | undefined;
	readonly message: string;
}

/**
 * The gate's process warnings from now on. They reach a process after the turn in which they were
 * emitted: await `settled()` before looking. Tests that use it must be serial.
 */
export function warnings(t: ExecutionContext): Warning[] & {settled(): Promise<void>} {
	const seen: Warning[] = [];
	const listener = (warning: Error & {code?: string}) => {
		if (warning.name === 'GatekeeperWarning') {
			seen.push({code: warning.code, message: warning.message});
		}
	};

	process.on('warning', listener);
	t.teardown(() => {
		process.off('warning', listener);
	});

	return Object.assign(seen, {
		settled: () =>
			new Promise<void>(resolve => {
				setImmediate(resolve);
			}),
	});
}
