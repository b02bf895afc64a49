/** Milliseconds as the scripts read them. */
export function timeText(ms: number): string {
	return ms === Infinity ? 'inf' : String(ms);
}

/** A reason as the scripts keep it: JSON, which holds any text, in one line; nothing where there is none. */
export function reasonText(reason: string | undefined): string {
	return reason === undefined ? '' : JSON.stringify(reason);
}
