import {log} from './log.ts';
import {readState, writeState} from './state.ts';

/**
 * Counts a report of a client. If there are enough, bans the client and deletes its reports.
 *
 * KEYS: the client's state, and its reports, a hash with a log for each ban rule. ARGV: the rule's short ID,
 * count, window, and duration or `inf`; the report's weight, and its reason as JSON or empty.
 *
 * Returns `{reports}`, or `{reports, left}` if the client is banned now. Numbers that may be large are text.
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

-- A reset deletes this key, so that the logs in it need not know of resets.
local text = redis.pcall('HGET', KEYS[2], counter)
if type(text) == 'table' then
	-- Of another type: no script has written it.
	redis.call('DEL', KEYS[2])
	text = false
end

local from, to, next = readLog(KEYS[2], text, false, 0, window)
local reports = to - from + weight
if reports >= count then
	-- First: a server that is out of memory checks the first command that writes.
	redis.call('DEL', KEYS[2])
	beginBan(KEYS[1], resets, 'r', msOf(ARGV[4]), ARGV[6])
	return {textOf(reports), ARGV[4]}
end

redis.call('HSET', KEYS[2], counter, withEvents(entriesOf(text, from, to), 0, next, weight))
redis.call('PEXPIRE', KEYS[2], math.max(redis.call('PTTL', KEYS[2]), window))
return {reports}
`;
