import {log} from './log.ts';
import {showBan} from './show.ts';
import {readState} from './state.ts';

/**
 * Returns how a client stands. It writes nothing, so that it also runs on a server that is full, and on a replica.
 *
 * KEYS: the client's state, its reports, its strikes, and its log for each rule. ARGV: the ban rule's short ID and
 * window, or an empty text and 0 without one; then count and window of each rule.
 *
 * Returns `ban, reports, strikes, remaining, frees, …` with the last two for each rule. The ban is as in show.ts.
 */
export const inspect: string = `
${readState}
${showBan}
${log}
local resets, by, left, reason = stateIn(KEYS[1])

-- HGET fails for a key of another type, which no script has written.
local function reports()
	local text = redis.pcall('HGET', KEYS[2], ARGV[1])
	local from, to = readLog(KEYS[2], type(text) == 'string' and text, false, 0, tonumber(ARGV[2]))
	return to - from
end

local results = {shownBan(by, left, reason, KEYS[3]), reports(), strikesIn(KEYS[3])}
for index = 4, #KEYS do
	local key, argument = KEYS[index], 2 * index - 5
	local count, window = tonumber(ARGV[argument]), tonumber(ARGV[argument + 1])
	local text = textOfLong(key)
	local from, to, next, first = readLog(key, text, text and #text >= LONG, resets, window)
	results[2 * index - 4] = count - (to - from)
	results[2 * index - 3] = window - first + next - now
end

return results
`;
