import {readState, splitReason, writeState} from './state.ts';

/**
 * Bans a client, in place of any ban that it has, and deletes its reports; or, for a trap, leaves the reports, and a ban
 * in force that does not end earlier.
 *
 * KEYS: the client's state and its reports. ARGV: milliseconds or `inf`, the reason as JSON or empty, and
 * anything for a trap.
 *
 * Returns the milliseconds left of the ban in force.
 */
export const ban: string = `
${readState}
${splitReason}
${writeState}
local duration, isTrap = msOf(ARGV[1]), ARGV[3]
local resets, by, left, reason = stateIn(KEYS[1])
if isTrap and left >= duration then
	return textOf(left)
end

-- First: a server that is out of memory checks the first command that writes.
redis.call('DEL', KEYS[1])
if not isTrap then
	redis.call('DEL', KEYS[2])
end

-- An operator's ban stays one, also if a trap makes it longer.
local isOperators = not isTrap or (left > 0 and by == 'h')
local hidden = 0
if not isOperators then
	hidden = by == 'r' and left or select(2, splitReason(reason))
end

beginBan(KEYS[1], resets, isOperators and 'h' or 't', duration, ARGV[2] .. hiddenText(hidden))
return ARGV[1]
`;
