import {log} from './log.ts';
import {readState, splitReason, writeState} from './state.ts';
import {readStrikes} from './strikes.ts';

/**
 * Counts a report of a client. If there are enough, bans the client and deletes its reports under the rule. During a
 * ban by reports or by an operator it counts nothing. A trap's ban hides a ban that begins during it if that ends no
 * later.
 *
 * KEYS: the client's state; its reports, a hash with a log for each ban rule; and under escalation its strikes.
 * ARGV: the rule's short ID, count and window; the report's weight, and its reason as JSON or empty; the
 * durations of a first ban, a second, and so on, in milliseconds or `inf`: one without escalation. Under
 * escalation, the milliseconds after a ban's end for which it is remembered stand before them.
 *
 * Returns `{reports}`, or `{reports, left}` if the client is banned now; if that begins a ban,
 * `{reports, left, duration}`, with the strike at the end under escalation. Numbers that may be large are text.
 */
export const report: string = `
${readState}
${splitReason}
${writeState}
${readStrikes}
${log}
local counter, count, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local weight, reason = tonumber(ARGV[4]), ARGV[5]
local strikes = KEYS[3]
local resets, by, left, kept = stateIn(KEYS[1])
local trapReason, hidden = splitReason(kept)
if left > 0 and (by ~= 't' or hidden > 0) then
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
	redis.call('HDEL', KEYS[2], counter)
	local strike = strikes and math.min(strikesIn(strikes) + 1, MOST_STRIKES)
	local duration = msOf(strike and ARGV[math.min(6 + strike, #ARGV)] or ARGV[6])
	if strike then
		local life = duration + msOf(ARGV[6])
		setFor(life, strikes, string.format('%d %s', strike, textOf(now + life)))
	end

	if left >= duration then
		beginBan(KEYS[1], resets, 't', left, trapReason .. hiddenText(duration))
	else
		-- The space marks it: see state.ts.
		beginBan(KEYS[1], resets, 'r', duration, strike and reason .. ' ' or reason)
	end

	return {textOf(reports), textOf(math.max(left, duration)), textOf(duration), strike}
end

redis.call('HSET', KEYS[2], counter, withEvents(entriesOf(text, from, to), 0, next, weight))
redis.call('PEXPIRE', KEYS[2], math.max(redis.call('PTTL', KEYS[2]), window))
return left > 0 and {reports, textOf(left)} or {reports}
`;
