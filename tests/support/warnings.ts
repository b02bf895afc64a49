import type {ExecutionContext} from 'ava';

export interface Warnings {
	/** The codes of the warnings so far. */
	codes(): Promise<Array<string | undefined>>;
	/** The texts of the warnings so far. */
	messages(): Promise<string[]>;
}

/** Collects the warnings that gates emit from now on, of every gate in the process: use it in serial tests. */
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

	/** Node.js delivers a warning after the turn of the event loop in which it was emitted. */
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
