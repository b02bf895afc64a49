import {readState, writeState} from './state.ts';

/** Ends a client's ban, and forgets its reports and its strikes. KEYS: its state, its reports and its strikes. */
export const unban: string = `
${readState}
${writeState}
-- First: a server that is out of memory checks the first command that writes.
redis.call('DEL', KEYS[2], KEYS[3])
local resets = stateIn(KEYS[1])
keepResets(KEYS[1], resets)
`;
