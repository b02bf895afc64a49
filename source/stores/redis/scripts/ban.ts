import {readState, writeState} from './state.ts';

/**
 * Bans a client, in place of any ban that it has, and deletes its reports.
 *
 * KEYS: the client's state and its reports. ARGV: milliseconds or `inf`, and the reason as JSON or empty.
 */
export const ban: string = `
${readState}
${writeState}
-- First: a server that is out of memory checks the first command that writes.
redis.call('DEL', KEYS[2])
local resets = stateIn(KEYS[1])
beginBan(KEYS[1], resets, 'h', msOf(ARGV[1]), ARGV[2])
`;
