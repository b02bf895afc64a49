import {MAX_RANGES} from '../../max-ranges.ts';
import {times} from './times.ts';

/**
 * Reads the bans of ranges: a hash. Its fields are ranges, and their texts `until reason`: `until` is in the
 * server's milliseconds, or `inf`, and the reason is JSON or empty.
 */
const readRanges = `
${times}
local function typeOf(key)
	return redis.call('TYPE', key).ok
end

-- Calls back with each range, the milliseconds left of its ban (0 if it has ended), and the reason.
local function forEachRange(key, found)
	-- No script has written a key of another type.
	local all = typeOf(key) == 'hash' and redis.call('HGETALL', key) or {}
	for index = 1, #all, 2 do
		local till, reason = string.match(all[index + 1], '^(%S+) ?(.*)$')
		found(all[index], math.max(0, (msOf(till) or now) - now), reason)
	end
end
`;

/**
 * Bans a range, in place of any ban that it has.
 *
 * KEYS: the bans of ranges. ARGV: the range, milliseconds or `inf`, and the reason as JSON or empty.
 *
 * Returns 1, or 0 if there are too many ranges.
 */
export const banRange: string = `
${readRanges}
local key, range, duration = KEYS[1], ARGV[1], msOf(ARGV[2])
local others, longest, ended = 0, 0, {}
forEachRange(key, function(each, left)
	if left == 0 then
		ended[#ended + 1] = each
	elseif each ~= range then
		others, longest = others + 1, math.max(longest, left)
	end
end)
if others >= ${MAX_RANGES} then
	return 0
end

-- First: a server that is out of memory checks the first command that writes.
if typeOf(key) == 'hash' then
	redis.call('HDEL', key, range)
else
	redis.call('DEL', key)
end

for _, each in ipairs(ended) do
	redis.call('HDEL', key, each)
end

redis.call('HSET', key, range, textOf(now + duration) .. ' ' .. ARGV[3])
longest = math.max(longest, duration)
if longest > LONGEST_LIFE then
	redis.call('PERSIST', key)
else
	redis.call('PEXPIRE', key, textOf(longest))
end

return 1
`;

/** Ends the ban of a range. KEYS: the bans of ranges. ARGV: the range. */
export const unbanRange: string = `
${readRanges}
if typeOf(KEYS[1]) == 'hash' then
	redis.call('HDEL', KEYS[1], ARGV[1])
end
`;

/** Returns `range, left, reason` of each ban in force. KEYS: the bans of ranges. */
export const showRanges: string = `
${readRanges}
local shown = {}
forEachRange(KEYS[1], function(range, left, reason)
	if left > 0 then
		shown[#shown + 1] = range
		shown[#shown + 1] = textOf(left)
		shown[#shown + 1] = reason
	end
end)
return shown
`;
