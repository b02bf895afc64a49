/** What became of a question that got no reply. */
type Fate = 'ERR_GATEKEEPER_NOT_SENT' | 'ERR_GATEKEEPER_UNANSWERED';

/** An error that says what became of the question. */
export class UnfinishedError extends Error {
	readonly code: Fate;

	constructor(message: string, code: Fate, cause?: unknown) {
		super(message, cause === undefined ? {} : {cause});
		this.code = code;
	}
}

/** The error for a question that did not leave this process, and will not. */
export function notSent(why: string): UnfinishedError {
	return new UnfinishedError(
		`${why}: nothing was sent, and nothing will be`,
		'ERR_GATEKEEPER_NOT_SENT',
	);
}

/** The error for a question that has changed nothing in the file of a store, and will not. */
export function unchanged(why: string, cause?: unknown): UnfinishedError {
	return new UnfinishedError(`${why}: nothing was changed`, 'ERR_GATEKEEPER_NOT_SENT', cause);
}

/** An error that says what became of a question to which there was no reply. */
export function asUnfinished(error: unknown): UnfinishedError {
	return error instanceof UnfinishedError ? error : unanswered(error);
}

/** The error for a question that has left the store: what it asks for may have happened, or may happen later. */
export function unanswered(cause: unknown): UnfinishedError {
	const why = cause instanceof Error ? cause.message : 'The store failed';

	return new UnfinishedError(
		`${why}. The command may have taken effect, or may still do so`,
		'ERR_GATEKEEPER_UNANSWERED',
		cause,
	);
}
