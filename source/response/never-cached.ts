/** The `Cache-Control` of a refusal. Fastly ignores `no-store`. */
export const neverCached = 'private, no-store';
