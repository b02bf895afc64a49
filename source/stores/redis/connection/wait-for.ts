import type {AskOptions} from '../../ask-options.ts';

/**
 * Waits for an event.
 *
 * @param givenUp creates the error (as a rejection) if the question is given up before
 */
export function waitFor(
	event: Promise<void>,
	asking: AskOptions | undefined,
	givenUp: () => Error,
): Promise<void> {
	if (asking === undefined) {
		return event;
	}

	return new Promise((resolve, reject) => {
		asking.signal.addEventListener('abort', () => reject(givenUp()), {once: true});
		event.then(resolve, reject);
	});
}
