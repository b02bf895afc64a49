/**
 * Sliding logs: for each client and counter the times of the last `count` events. What costs more than one is as
 * many events at one time.
 *
 * A log is a string. A log of one event is its time in digits, which a server stores without extra memory.
 * A longer log begins with 8 bytes: how many entries to skip, how often the client had been reset, and the
 * bits of the last time above 32. Then follow the times in order, the lower 32 bits of each: no two that
 * count are more than 45 days apart.
 *
 * Short logs are read and written whole. Long logs are appended to. Entries that have left the window are
 * skipped until they are as many as the others.
 */
export const log: string = `
-- HEAD and LONG are bytes. A rule with a count of at most MAX_SHORT only has short logs.
local HEAD, LONG, MAX_SHORT = 8, 4096, 1000
local DIGITS = 13
-- After a step back of at most this many milliseconds, the clock stands still until it has caught up.
local MAX_WAIT = 1000
local BEYOND = 4294967296
local pack, unpackFrom = struct.pack, struct.unpack

local function entryOf(at)
	return pack('<I4', at % BEYOND)
end

-- The beginning of a log that may be long; nothing for a key of another type, which no script has written.
local function textOfLong(key)
	local text = redis.pcall('GETRANGE', key, 0, LONG - 1)
	return type(text) == 'string' and text
end

-- Whether nothing in a log counts: its last event is too old, or it is from a clock that was far ahead, such
-- as that of the server before a failover.
local function isOver(last, window)
	return now - last >= window or last - now > MAX_WAIT
end

-- The lower bits of an entry's time.
local function lowOf(key, text, isLong, entry)
	local offset = HEAD + 4 * entry
	if isLong then
		return (unpackFrom('<I4', redis.call('GETRANGE', key, offset, offset + 3)))
	end

	return (unpackFrom('<I4', text, offset + 1))
end

-- Reads what is in the window: the entries from, to (not included), the time of a next one, how long ago the
-- first was, and whether a next one can be appended without any other change.
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
	local to = (size - HEAD - size % 4) / 4
	local at = high * BEYOND + lowOf(key, text, isLong, to - 1)
	if theirResets ~= resets % 65536 or from >= to or isOver(at, window) then
		return 0, 0, now, 0
	end

	-- The last is less than a window ago, and the first is less than one before the last.
	local next = at > now and at or now
	local idle = next - at
	local first = idle + (at - lowOf(key, text, isLong, from)) % BEYOND
	if first < window then
		return from, to, next, first, from == 0 and not isLong and next - next % BEYOND == high * BEYOND
	end

	-- The first has left the window, the last has not.
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

-- The entries of a short log from one on, without its head.
local function entriesOf(text, from, to)
	if from >= to then
		return ''
	end

	return #text == DIGITS and entryOf(tonumber(text)) or string.sub(text, HEAD + 4 * from + 1)
end

-- The text of a log with this many more events, at one time.
local function withEvents(entries, resets, at, times)
	local digits = string.format('%d', at)
	if entries == '' and times == 1 and resets == 0 and #digits == DIGITS then
		return digits
	end

	return headOf(0, resets, at) .. entries .. string.rep(entryOf(at), times)
end
`;
