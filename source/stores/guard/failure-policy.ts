import type {Verdict} from '../verdict.ts';

/**
 * What decides while the store fails:
 *
 * - `'memory'`: the same rules, in this process
 * - `'open'`: all requests are admitted
 * - `'closed'`: all requests are refused with 503
 */
export type StoreErrorPolicy = 'memory' | 'open' | 'closed';

/** The store's verdict, or that the policy `'closed'` refuses the request while the store fails. */
export type GuardedVerdict = Verdict | {readonly kind: 'unavailable'};

export const unavailable: GuardedVerdict = {kind: 'unavailable'};

/** The policy `'open'` admits the request. That says nothing of a ban. */
export const admittedUnasked: GuardedVerdict = {kind: 'admitted', quotas: []};
