import {log} from './log.ts';
import {readState, writeState} from './state.ts';

/**
 * Counts a report of a client, and bans it if there are enough; its reports are then spent.
 *
 * KEYS: the client's state, and its reports, a hash with a log for each ban rule. ARGV: the rule's
 * counter, count, window, and duration or `inf`; the report's weight, and its reason as JSON or empty.
 *
 * Answers `{reports}`, or `{reports, left}` where the client is banned now; what may be large is text.
 */
export const report: string = `
${readState}
${writeState}
${log}
local counter, count, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local weight = tonumber(ARGV[5])
local resets, _, left = stateIn(KEYS[1])
if left > 0 then
	return {0, textOf(left)}
end

-- Reports are forgotten with their key, so that their logs need not know of resets.
local text = redis.pcall('HGET', KEYS[2], counter)
if type(text) == 'table' then
	-- Of another type, which is none of ours.
	redis.call('DEL', KEYS[2])
	text = false
end

local from, to, next = readLog(KEYS[2], text, false, 0, window)
local reports = to - from + weight
if reports >= count then
	-- First, since a server that is out of memory looks at the first command that writes.
	redis.call('DEL', KEYS[2])
	beginBan(KEYS[1], resets, 'r', msOf(ARGV[4]), ARGV[6])
	return {textOf(reports), ARGV[4]}
end

redis.call('HSET', KEYS[2], counter, withEvents(entriesOf(text, from, to), 0, next, weight))
redis.call('PEXPIRE', KEYS[2], math.max(redis.call('PTTL', KEYS[2]), window + spare))
return {reports}
`;
