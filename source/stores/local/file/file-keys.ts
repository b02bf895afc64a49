/** The keys of records about the whole file. Their first byte is 255. */
export const fileKeys = {
	format: Buffer.from('\u{ff}koa-gatekeeper', 'latin1'),
	clock: Buffer.from('\u{ff}clock', 'latin1'),
	pidNamespace: Buffer.from('\u{ff}pid-namespace', 'latin1'),
} as const;
