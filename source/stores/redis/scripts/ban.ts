import {readState, writeState} from './state.ts';

/**
 * Bans a client, in place of any ban that it has, and deletes its reports.
 *
 * KEYS: the client's state and its reports. ARGV: milliseconds or `inf`, the reason as JSON or empty, and
 * anything if a ban in force that does not end earlier stays, and so do the reports.
 *
 * Returns the milliseconds left of the ban in force.
 */
export const ban: string = `
${readState}
${writeState}
local duration = msOf(ARGV[1])
local resets, _, left = stateIn(KEYS[1])
if ARGV[3] and left >= duration then
	return textOf(left)
end

-- First: a server that is out of memory checks the first command that writes.
redis.call('DEL', KEYS[1])
if not ARGV[3] then
	redis.call('DEL', KEYS[2])
end

beginBan(KEYS[1], resets, 'h', duration, ARGV[2])
return ARGV[1]
`;
