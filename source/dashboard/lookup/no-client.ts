/** What to tell an operator whose text names no client. */
export const noClient =
	'This names no client. Write an address, a range such as 203.0.113.0/24, or a key as the list shows it, such as key:alice.';

/** Whether a method of the gate has rejected since its argument names no client that it takes. */
export function isAboutClient(error: unknown): boolean {
	return error instanceof TypeError && error.message.startsWith('`client`');
}
