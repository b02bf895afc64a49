/** Control, bidirectional, zero-width and other invisible characters, halves of characters, and odd spaces. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]|(?! )\p{Zs}/gu;

/** Shows characters that are invisible, or that reorder the text around them, as escapes such as `\u202e`. */
export function inert(text: string): string {
	return text.replace(invisible, escapeOf);
}

function escapeOf(character: string): string {
	const hex = (character.codePointAt(0) ?? 0).toString(16);

	return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}
