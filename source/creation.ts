/** When something was created. */
export interface Creation {
	/** Whether it is still the turn of the event loop in which it was created. */
	isNow: boolean;
}

/**
 * Notes the creation of a middleware. One that runs in the turn of the event loop in which it was created was
 * created for that request.
 */
export function noteCreation(): Creation {
	const creation = {isNow: true};
	setImmediate(() => {
		creation.isNow = false;
	}).unref();

	return creation;
}
