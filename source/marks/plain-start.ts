/** The path of a layer up to its first group, parameter or wildcard, without a slash at the end, in lower case. */
export function plainStart(path: string): string {
	return path.replace(/\/?[([:*{\\].*$|\/$/s, '').toLowerCase();
}
