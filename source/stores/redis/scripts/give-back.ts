import {log} from './log.ts';
import {readState} from './state.ts';

/**
 * Gives back what was counted for a request. What is no longer there, or from before a reset, stays as it is.
 *
 * A client may send a command again when its connection breaks before the reply. Giving back twice would free the
 * place of another request of the same millisecond: where there is one, the give-back's ID is kept. One key for each
 * client keeps the last 128 of them, until a minute after the last one.
 *
 * KEYS: the client's state, the key of the IDs, and a log for each rule. ARGV: the give-back's ID in 16 hexadecimal
 * digits; for each rule how often the client had been reset, the time of the events, and how many they are.
 */
export const giveBack: string = `
${readState}
${log}
local MAX_IDS, ID_BYTES = 128, 8
local resets = stateIn(KEYS[1])
local id = string.gsub(ARGV[1], '%x%x', function(digits)
	return string.char(tonumber(digits, 16))
end)
local hasEqual = false

-- Gives back up to so many events of exactly this time.
local function giveBack(key, at, cost)
	-- MGET treats a key of another type as missing.
	local text = redis.call('MGET', key)[1]
	if not text or #text < HEAD + 4 then
		return
	end

	if #text == DIGITS then
		if tonumber(text) == at then
			redis.call('DEL', key)
		end

		return
	end

	local from, theirResets, high = unpackFrom('<I4I2I2', text)
	local to = (#text - HEAD - #text % 4) / 4
	if theirResets ~= resets % 65536 then
		return
	end

	local last = high * BEYOND + lowOf(key, text, false, to - 1)
	local function ageOf(entry)
		return (last - lowOf(key, text, false, entry)) % BEYOND
	end

	-- The first entry that is later. Each is at most 2^32 ms older than the last.
	local age = last - at
	local later, beyond = from, to
	while later < beyond do
		local middle = math.floor((later + beyond) / 2)
		if ageOf(middle) < age then
			beyond = middle
		else
			later = middle + 1
		end
	end

	local first = later
	while first > from and later - first < cost and ageOf(first - 1) == age do
		first = first - 1
	end

	hasEqual = hasEqual or (first > from and first < later and ageOf(first - 1) == age)
	local left = first - from + to - later
	if first == later then
		return
	elseif left == 0 then
		redis.call('DEL', key)
		return
	end

	if later == to then
		last = last - ageOf(first - 1)
	end

	-- Each part is copied once: it may be long.
	local kept = left == 1 and withEvents('', resets, last, 1)
		or headOf(0, resets, last)
			.. string.sub(text, HEAD + 4 * from + 1, HEAD + 4 * first)
			.. string.sub(text, HEAD + 4 * later + 1, HEAD + 4 * to)
	redis.call('SET', key, kept, 'KEEPTTL')
end

-- Found across two IDs, by chance, it would only leave the place counted.
local ids = redis.call('MGET', KEYS[2])[1] or ''
if string.find(ids, id, 1, true) then
	return
end

for index = 3, #KEYS do
	local argument = 3 * (index - 3) + 1
	if tonumber(ARGV[argument + 1]) == resets then
		giveBack(KEYS[index], tonumber(ARGV[argument + 2]), tonumber(ARGV[argument + 3]))
	end
end

if hasEqual then
	redis.call('SET', KEYS[2], string.sub(ids .. id, -MAX_IDS * ID_BYTES), 'PX', 60000)
end
`;
