/** The start of a text, without half a character at its end. What was cut shows as `…`. */
export function startOf(text: string, length: number): string {
	return text.length <= length ? text : `${cut(text, length)}…`;
}

/** The same without a sign that something was cut. */
export function cut(text: string, length: number): string {
	return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
