import {readState, writeState} from './state.ts';

/** Ends a client's ban, and forgets its reports. KEYS: its state and its reports. */
export const unban = `
${readState}
${writeState}
local resets = stateIn(KEYS[1])
keepResets(KEYS[1], resets)
redis.call('DEL', KEYS[2])
`;
