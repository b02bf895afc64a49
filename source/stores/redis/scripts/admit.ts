import {counting} from './counting.ts';
import {log} from './log.ts';
import {parseState} from './state.ts';

/**
 * Decides about several requests, one after the other, as though each were alone. Of each it looks for a ban
 * and for full rules. If there is none, it counts the request under each rule.
 *
 * KEYS: for each request its client's state, then its client's log for each rule.
 *
 * ARGV:
 *
 * - the number of lists of rules; for each list the number of its rules, and count and window of each
 * - for each request 32 times the index of its list, plus 1 if no ban may refuse it, 2 if it is counted
 *   whatever is full, 4 if nothing is counted, 8 if its cost under each rule follows (otherwise each is 1), and
 *   16 if it returns what is counted
 *
 * Returns one list, with one request after the other:
 *
 * - `0, remaining, frees, …` for every rule: admitted; then, if it returns that, how often the client had been
 *   reset, and for every rule the time at which the request was counted
 * - `1, number, index, remaining, frees, leaves, …` for each full rule: limited; `leaves` is the time until the first
 *   counted request leaves the window
 * - `2, by, left, reason`: banned
 * - `3`: would be admitted
 *
 * A key that no script has written counts as missing: one client's broken key must not fail the others.
 */
export const admit: string = `
${parseState}
${log}
${counting}
local results, size = {}, 0
-- How long ago the first in the window of each rule of a request was.
local firsts = {}

local function add(value)
	size = size + 1
	results[size] = value
end

-- The lists of rules, with the settings of their rules.
local lists, nextArgument = {}, 2
for number = 0, tonumber(ARGV[1]) - 1 do
	local rules = tonumber(ARGV[nextArgument])
	local counts, windows, lives, areShort = {}, {}, {}, true
	for index = 1, rules do
		local count, window = ARGV[nextArgument + 2 * index - 1], ARGV[nextArgument + 2 * index]
		counts[index], windows[index] = tonumber(count), tonumber(window)
		lives[index] = window
		areShort = areShort and counts[index] <= MAX_SHORT
	end

	lists[number] = {rules = rules, counts = counts, windows = windows, lives = lives, areShort = areShort}
	nextArgument = nextArgument + 1 + 2 * rules
end

-- Decides about the request whose keys begin at an index of KEYS.
local function decide(at, list, flags, costs)
	local rules, counts, windows = list.rules, list.counts, list.windows
	-- One command reads the state and all short logs.
	local values = list.areShort and call('MGET', unpack(KEYS, at, at + rules))
	local state = (values or call('MGET', KEYS[at]))[1]
	local resets, left = 0, 0
	if state then
		local by, reason
		local isImmune = flags % 2 == 1
		resets, by, left, reason = parseState(state)
		if left > 0 and not isImmune then
			add(2)
			add(by)
			add(textOf(left))
			add(reason)
			return
		end
	end

	local full = 0
	for index = 1, rules do
		local key = KEYS[at + index]
		local text
		if values then
			text = values[index + 1]
		else
			text = textOfLong(key)
			if not text then
				call('DEL', key)
			end
		end

		local isLong = text and #text >= LONG
		local from, to, next, first, canAppend = readLog(key, text, isLong, resets, windows[index])
		texts[index], areLong[index] = text, isLong and to > from
		froms[index], tos[index], nexts[index], ages[index], appendable[index] = from, to, next, first, canAppend
		local cost = costs and costs[index] or 1
		local over = to - from + cost - counts[index]
		areFull[index], firsts[index] = over > 0, first
		if over > 0 then
			full = full + 1
			-- So many must leave, unless it never fits.
			if over > 1 and cost <= counts[index] then
				ages[index] = (next - lowOf(key, text, isLong, from + over - 1)) % BEYOND
			end
		end
	end

	local isPeek, isLate = flags % 8 >= 4, flags % 4 >= 2
	if full == 0 and isPeek then
		add(3)
		return
	end

	if full == 0 or isLate then
		for index = 1, rules do
			local cost = costs and costs[index] or 1
			if cost > 0 then
				countIn(index, KEYS[at + index], resets, counts[index], list.lives[index], cost)
			end
		end

		-- The logs depend on how often the client was reset: keep that as long as they live.
		if resets > 0 and left < LONGEST_LIFE then
			call('PEXPIRE', KEYS[at], textOf(math.max(left, LONGEST)))
		end
	end

	-- The most common result, without a call for each value.
	if full == 0 then
		results[size + 1] = 0
		for index = 1, rules do
			results[size + 2 * index] = counts[index] - (tos[index] - froms[index])
			results[size + 2 * index + 1] = windows[index] - ages[index] + nexts[index] - now
		end

		size = size + 1 + 2 * rules
		local isReturnable = flags >= 16
		if isReturnable then
			add(resets)
			for index = 1, rules do
				add(nexts[index])
			end
		end

		return
	end

	add(1)
	add(full)
	for index = 1, rules do
		if areFull[index] then
			add(index - 1)
			add(counts[index] - (tos[index] - froms[index]))
			local fits = not costs or costs[index] <= counts[index]
			add(fits and windows[index] - ages[index] + nexts[index] - now or windows[index])
			add(windows[index] - firsts[index] + nexts[index] - now)
		end
	end
end

local at, argument, last = 1, nextArgument, #ARGV
while argument <= last do
	local code = tonumber(ARGV[argument])
	local flags = code % 32
	local list = lists[(code - flags) / 32]
	local costs
	if flags % 16 >= 8 then
		costs = {}
		for index = 1, list.rules do
			costs[index] = tonumber(ARGV[argument + index])
		end

		argument = argument + list.rules
	end

	decide(at, list, flags, costs)
	at = at + 1 + list.rules
	argument = argument + 1
end

return results
`;
