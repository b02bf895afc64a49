import type {ExecutionContext} from 'ava';

export interface Warnings {
	/** What has been warned of so far. */
	codes(): Promise<Array<string | undefined>>;
	messages(): Promise<string[]>;
}

/** Collects the gate's process warnings from now on. Tests that use it must be serial. */
export function warnings(t: ExecutionContext): Warnings {
	const seen: Array<Error & {code?: string}> = [];
	const listener = (warning: Error) => {
		if (warning.name === 'GatekeeperWarning') {
			seen.push(warning);
		}
	};

	process.on('warning', listener);
	t.teardown(() => {
		process.off('warning', listener);
	});

	/** A warning reaches the process after the turn in which it was emitted. */
	const turn = () =>
		new Promise<void>(resolve => {
			setImmediate(resolve);
		});

	return {
		codes: async () => {
			await turn();
			return seen.map(warning => warning.code);
		},
		messages: async () => {
			await turn();
			return seen.map(warning => warning.message);
		},
	};
}
