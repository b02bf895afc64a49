/**
 * Sliding logs: of each client and counter the times of the last `count` events.
 *
 * A log is a string: of one event its time, in digits, for which a server needs no room of its own. Of
 * more, 8 bytes in front: how many entries to skip, how often the client had been reset, and what the last
 * time has above 32 bits. Then the times, in order, each in its lower 32 bits, since no two that count are
 * further apart than 45 days.
 *
 * Short logs are read and written whole. Long ones are added to, and the entries that have left are
 * skipped, until they are as many as the others.
 */
export const log: string = `
-- Of a log, in bytes. Rules that count no more than MOST_SHORT have short ones alone.
local HEAD, LONG, MOST_SHORT = 8, 4096, 1000
local DIGITS = 13
-- A clock that goes back by no more than this has trembled, and is waited for.
local TREMOR = 1000
local BEYOND = 4294967296
local pack, unpackFrom = struct.pack, struct.unpack

local function entryOf(at)
	return pack('<I4', at % BEYOND)
end

-- What a log begins with that may be long. A key of another type is none of ours.
local function textOfLong(key)
	local text = redis.pcall('GETRANGE', key, 0, LONG - 1)
	if type(text) == 'table' then
		redis.call('DEL', key)
		return ''
	end

	return text
end

-- Whether nothing of a log counts, by its last time: not what is from long ago, nor what a clock has told
-- that was far ahead, as that of a server which this one succeeds.
local function isOver(last, window)
	return now - last >= window or last - now > TREMOR
end

-- The lower bits of an entry's time.
local function lowOf(key, text, isLong, entry)
	local place = HEAD + 4 * entry
	if isLong then
		return (unpackFrom('<I4', redis.call('GETRANGE', key, place, place + 3)))
	end

	return (unpackFrom('<I4', text, place + 1))
end

-- Reads what is in the window: entries from, to (not included), when a next one would be, how long ago the
-- first was, and whether a next one can be appended with nothing else changed.
local function readLog(key, text, isLong, resets, window)
	if not text or #text < HEAD + 4 then
		return 0, 0, now, 0
	end

	if #text == DIGITS then
		local at = string.match(text, '^%d+$') and tonumber(text)
		if resets ~= 0 or not at or isOver(at, window) then
			return 0, 0, now, 0
		end

		return 0, 1, math.max(at, now), math.max(0, now - at)
	end

	local size = isLong and redis.call('STRLEN', key) or #text
	local from, theirResets, high = unpackFrom('<I4I2I2', text)
	local to = math.floor((size - HEAD) / 4)
	local at = high * BEYOND + lowOf(key, text, isLong, to - 1)
	if theirResets ~= resets % 65536 or from >= to or isOver(at, window) then
		return 0, 0, now, 0
	end

	-- The last is less than a window ago, and the first is less than one before the last.
	local next = math.max(at, now)
	local idle = next - at
	local first = idle + (at - lowOf(key, text, isLong, from)) % BEYOND
	if first < window then
		return from, to, next, first, from == 0 and not isLong and next - next % BEYOND == high * BEYOND
	end

	-- The first is gone, the last is not.
	local gone, kept = from, to - 1
	first = idle
	while kept - gone > 1 do
		local middle = math.floor((gone + kept) / 2)
		local since = idle + (at - lowOf(key, text, isLong, middle)) % BEYOND
		if since >= window then
			gone = middle
		else
			kept, first = middle, since
		end
	end

	return kept, to, next, first
end

local function headOf(from, resets, last)
	return pack('<I4I2I2', from, resets % 65536, math.floor(last / BEYOND))
end

-- The entries of a short log from one on, without what is in front.
local function entriesOf(text, from, to)
	if from >= to then
		return ''
	end

	return #text == DIGITS and entryOf(tonumber(text)) or string.sub(text, HEAD + 4 * from + 1)
end

-- The text of a log with so many events more, at one time.
local function withEvents(entries, resets, at, times)
	local digits = string.format('%d', at)
	if entries == '' and times == 1 and resets == 0 and #digits == DIGITS then
		return digits
	end

	return headOf(0, resets, at) .. entries .. string.rep(entryOf(at), times)
end
`;
