/**
 * Counts a request in logs that were read for it. What is known of them stands in lists, by the index of
 * their rule; they are reused for the next request. `ages` has how long before the next event that one was counted
 * that must leave: the first, or, of a full rule, the last of those that are in the way.
 */
export const counting: string = `
local call = redis.call
local texts, areLong, froms, tos, nexts, ages, appendable, areFull = {}, {}, {}, {}, {}, {}, {}, {}

-- Counts a request in the log that was read at an index.
local function countIn(index, key, resets, max, life, cost)
	local text, isLong, from, to, next = texts[index], areLong[index], froms[index], tos[index], nexts[index]
	if to - from + cost > max then
		-- A late one. The last \`count\` events are kept. For another one as many of them must leave as it costs.
		cost = math.min(cost, max)
		from = to + cost - max
		local leaving = from + cost - 1
		ages[index] = leaving < to and (next - lowOf(key, text, isLong, leaving)) % BEYOND or 0
	end

	froms[index], tos[index] = from, to + cost
	if isLong and from * 2 <= to then
		call('SETRANGE', key, 0, headOf(from, resets, next))
		call('APPEND', key, string.rep(entryOf(next), cost))
		call('PEXPIRE', key, life)
	else
		if appendable[index] and from == 0 then
			text = text .. (cost == 1 and entryOf(next) or string.rep(entryOf(next), cost))
		else
			local kept = isLong and call('GETRANGE', key, HEAD + 4 * from, -1) or entriesOf(text, from, to)
			text = withEvents(kept, resets, next, cost)
		end

		call('SET', key, text, 'PX', life)
	end
end
`;
