/** What names a client, without the white space around it. In a key, white space may be a part of it. */
export function trimName(text: string): string {
	return text.startsWith('key:') ? text : text.trim();
}
