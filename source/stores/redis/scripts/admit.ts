import {log} from './log.ts';
import {readState} from './state.ts';

/**
 * Decides about several requests, one after the other, as though each were alone. Of each it looks for a ban
 * and for full rules. If there is none, it counts the request under each rule.
 *
 * KEYS: for each request its client's state, then its client's log for each rule.
 *
 * ARGV:
 *
 * - the number of lists of rules; for each list the number of its rules, and count and window of each
 * - for each request 8 times the index of its list, plus 1 if no ban may refuse it, 2 if it is counted
 *   whatever is full, and 4 if nothing is counted
 *
 * Returns one list, with one request after the other:
 *
 * - `0, remaining, frees, …` for every rule: admitted
 * - `1, number, index, remaining, frees, …` for each full rule: limited
 * - `2, by, left, reason`: banned
 * - `3`: would be admitted
 *
 * A key that no script has written counts as missing: one client's broken key must not fail the others.
 */
export const admit: string = `
${readState}
${log}
local call = redis.call
local results, size = {}, 0

local function add(value)
	size = size + 1
	results[size] = value
end

-- The lists of rules, with the settings of their rules.
local lists, nextArgument = {}, 2
for number = 0, tonumber(ARGV[1]) - 1 do
	local rules = tonumber(ARGV[nextArgument])
	local counts, windows, lives, areShort = {}, {}, {}, true
	for place = 1, rules do
		local count, window = ARGV[nextArgument + 2 * place - 1], ARGV[nextArgument + 2 * place]
		counts[place], windows[place] = tonumber(count), tonumber(window)
		lives[place] = window
		areShort = areShort and counts[place] <= MAX_SHORT
	end

	lists[number] = {rules = rules, counts = counts, windows = windows, lives = lives, areShort = areShort}
	nextArgument = nextArgument + 1 + 2 * rules
end

-- What was read from the logs for one request; reused for the next.
local texts, areLong, froms, tos, nexts, firsts, appendable, areFull = {}, {}, {}, {}, {}, {}, {}, {}

-- Counts a request in the log that was read at a place.
local function countIn(place, key, resets, max, life)
	local text, isLong, from, to, next = texts[place], areLong[place], froms[place], tos[place], nexts[place]
	if to - from >= max then
		from = from + 1
		firsts[place] = from < to and (next - lowOf(key, text, isLong, from)) % BEYOND or 0
	end

	froms[place], tos[place] = from, to + 1
	if isLong and from * 2 <= to then
		call('SETRANGE', key, 0, headOf(from, resets, next))
		call('APPEND', key, entryOf(next))
		call('PEXPIRE', key, life)
	else
		if appendable[place] and from == 0 then
			text = text .. entryOf(next)
		else
			local kept = isLong and call('GETRANGE', key, HEAD + 4 * from, -1) or entriesOf(text, from, to)
			text = withEvents(kept, resets, next, 1)
		end

		call('SET', key, text, 'PX', life)
	end
end

-- Decides about the request whose keys begin at a place of KEYS.
local function decide(at, list, isImmune, isLate, isPeek)
	local rules, counts, windows = list.rules, list.counts, list.windows
	-- One command reads the state and all short logs.
	local values = list.areShort and call('MGET', unpack(KEYS, at, at + rules))
	local state = (values or call('MGET', KEYS[at]))[1]
	local resets, left = 0, 0
	if state then
		local by, reason
		resets, by, left, reason = readState(state)
		if left > 0 and not isImmune then
			add(2)
			add(by)
			add(textOf(left))
			add(reason)
			return
		end
	end

	local full = 0
	for place = 1, rules do
		local key = KEYS[at + place]
		local text
		if values then
			text = values[place + 1]
		else
			text = textOfLong(key)
		end

		local isLong = text and #text >= LONG
		local from, to, next, first, canAppend = readLog(key, text, isLong, resets, windows[place])
		texts[place], areLong[place] = text, isLong and to > from
		froms[place], tos[place], nexts[place], firsts[place], appendable[place] = from, to, next, first, canAppend
		areFull[place] = to - from >= counts[place]
		full = full + (areFull[place] and 1 or 0)
	end

	if full == 0 and isPeek then
		add(3)
		return
	end

	if full == 0 or isLate then
		for place = 1, rules do
			countIn(place, KEYS[at + place], resets, counts[place], list.lives[place])
		end

		-- The logs depend on how often the client was reset: keep that as long as they live.
		if resets > 0 and left < LONGEST_LIFE then
			call('PEXPIRE', KEYS[at], textOf(math.max(left, LONGEST)))
		end
	end

	-- The most common result, without a call for each value.
	if full == 0 then
		results[size + 1] = 0
		for place = 1, rules do
			results[size + 2 * place] = counts[place] - (tos[place] - froms[place])
			results[size + 2 * place + 1] = windows[place] - firsts[place] + nexts[place] - now
		end

		size = size + 1 + 2 * rules
		return
	end

	add(1)
	add(full)
	for place = 1, rules do
		if areFull[place] then
			add(place - 1)
			add(counts[place] - (tos[place] - froms[place]))
			add(windows[place] - firsts[place] + nexts[place] - now)
		end
	end
end

local at = 1
for argument = nextArgument, #ARGV do
	local code = tonumber(ARGV[argument])
	local list = lists[math.floor(code / 8)]
	decide(at, list, code % 2 == 1, code % 4 >= 2, code % 8 >= 4)
	at = at + 1 + list.rules
end

return results
`;
