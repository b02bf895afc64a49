import type {ExecutionContext} from 'ava';

/** Collects the unhandled rejections of this process during a test, which must be serial. */
export function unhandledRejections(t: ExecutionContext): readonly unknown[] {
	const seen: unknown[] = [];
	const listener = (error: unknown) => {
		seen.push(error);
	};
	process.on('unhandledRejection', listener);
	t.teardown(() => {
		process.off('unhandledRejection', listener);
	});

	return seen;
}
