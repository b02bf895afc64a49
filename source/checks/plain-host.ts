/** Characters: a name has 253 at most, and a port six with its colon. */
export const MAX_HOST = 260;

/** A name or an address, perhaps with a port. */
const plainHost = /^[\w.:[\]-]+$/;

/** Whether a host, as a client or a proxy sends it, is quickly parsed. To parse any other may take long. */
export function isPlainHost(host: string): boolean {
	return host.length <= MAX_HOST && plainHost.test(host);
}
