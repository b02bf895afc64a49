import {log} from './log.ts';
import {readState} from './state.ts';

/**
 * May these clients come in? Asks about each for a ban, and under every rule, and counts the request under
 * each of the rules if none is full; one after the other, as though each were alone.
 *
 * KEYS: of each question the client's state, then its log for each rule. ARGV: how many lists of rules are
 * asked about; of each list how many rules, and count and window of each; then of each question 8 times the
 * number of its list, and 1 more if no ban may refuse it, 2 if it is counted whatever is full, and 4 if
 * nothing is counted.
 *
 * Answers about one question after the other, in one list: `0, remaining, frees, …` for every rule of one
 * that is admitted; `1, number, place, remaining, frees, …` for each full rule of one that is not;
 * `2, by, left, reason` for a ban; and `3` for one that would be admitted if it was to be counted. Whatever a client's keys hold, it is answered, since the others are
 * too: what no script has written is as good as nothing.
 */
export const admit: string = `
${readState}
${log}
local call = redis.call
local answers, told = {}, 0

local function tell(value)
	told = told + 1
	answers[told] = value
end

-- The lists of rules, each with what is known of all its rules.
local lists, nextArgument = {}, 2
for number = 0, tonumber(ARGV[1]) - 1 do
	local rules = tonumber(ARGV[nextArgument])
	local counts, windows, lives, areShort = {}, {}, {}, true
	for place = 1, rules do
		local count, window = ARGV[nextArgument + 2 * place - 1], ARGV[nextArgument + 2 * place]
		counts[place], windows[place] = tonumber(count), tonumber(window)
		lives[place] = spare == 0 and window or string.format('%.0f', window + spare)
		areShort = areShort and counts[place] <= MOST_SHORT
	end

	lists[number] = {rules = rules, counts = counts, windows = windows, lives = lives, areShort = areShort}
	nextArgument = nextArgument + 1 + 2 * rules
end

-- What was read of the logs of one question, used again for the next.
local texts, areLong, froms, tos, nexts, firsts, appendable, areFull = {}, {}, {}, {}, {}, {}, {}, {}

-- Counts a request in the log that was read at a place.
local function add(place, key, resets, count, life)
	local text, isLong, from, to, next = texts[place], areLong[place], froms[place], tos[place], nexts[place]
	if to - from >= count then
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

-- Decides about the client whose keys begin at a place of KEYS.
local function decide(at, list, isImmune, isLate, isPeek)
	local rules, counts, windows = list.rules, list.counts, list.windows
	-- Short logs come with the state in one command.
	local values = list.areShort and call('MGET', unpack(KEYS, at, at + rules))
	local state = (values or call('MGET', KEYS[at]))[1]
	local resets, left = 0, 0
	if state then
		local by, reason
		resets, by, left, reason = readState(state)
		if left > 0 and not isImmune then
			tell(2)
			tell(by)
			tell(textOf(left))
			tell(reason)
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
		tell(3)
		return
	end

	if full == 0 or isLate then
		for place = 1, rules do
			add(place, KEYS[at + place], resets, counts[place], list.lives[place])
		end

		-- Logs count on it that it is remembered how often the client was reset.
		if resets > 0 and left < LONGEST_LIFE then
			call('PEXPIRE', KEYS[at], textOf(math.max(left, LONGEST) + spare))
		end
	end

	-- What most are told, without a call for each word of it.
	if full == 0 then
		answers[told + 1] = 0
		for place = 1, rules do
			answers[told + 2 * place] = counts[place] - (tos[place] - froms[place])
			answers[told + 2 * place + 1] = windows[place] - firsts[place] + nexts[place] - now
		end

		told = told + 1 + 2 * rules
		return
	end

	tell(1)
	tell(full)
	for place = 1, rules do
		if areFull[place] then
			tell(place - 1)
			tell(counts[place] - (tos[place] - froms[place]))
			tell(windows[place] - firsts[place] + nexts[place] - now)
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

return answers
`;
