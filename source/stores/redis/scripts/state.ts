/** Milliseconds, of 46 days: longer than any window. */
const LONGEST = 46 * 24 * 60 * 60 * 1000;

/**
 * A client's state, in one key, which most clients do not have: the ban, if there is one, and how often
 * the client was reset, as long as that matters. Logs say how often it was when they were written: those
 * from before a reset count for nothing, whichever rule and whichever process they are of.
 *
 * As text: `resets`, or `resets by until reason`, where `until` is in the server's milliseconds or `inf`,
 * and the reason is JSON, so that it may be any text.
 */
export const readState = `
local LONGEST = ${LONGEST}

-- Answers resets, by, milliseconds left (0 where there is no ban), reason. To be read with MGET: a key that
-- holds something else is then none.
local function readState(text)
	if not text then
		return 0, '', 0, ''
	end

	local resets, by, till, reason = string.match(text, '^(%d+) ?(%a?) ?(%S*) ?(.*)$')
	if not resets then
		return 0, '', 0, ''
	end

	local left = till == 'inf' and math.huge or math.max(0, (tonumber(till) or now) - now)
	return tonumber(resets), by, left, reason
end

-- Of a ban that ends sooner than its left text says, so that nobody is told too little.
local function asText(left)
	return left == math.huge and 'inf' or string.format('%.0f', left)
end
`;

/** Writes a client's state. */
export const writeState = `
-- No server takes a longer time to live: then the ban still ends, and its key stays.
local LONGEST_LIFE = 1e14

local function keepResets(key, resets)
	if resets == 0 then
		redis.call('DEL', key)
	else
		redis.call('SET', key, string.format('%d', resets), 'PX', LONGEST + spare)
	end
end

-- Begins a ban for so many milliseconds, or math.huge.
local function beginBan(key, resets, by, duration, reason)
	local life = resets == 0 and duration or math.max(duration, LONGEST)
	local till = duration == math.huge and 'inf' or string.format('%.0f', now + duration)
	local text = string.format('%d %s %s ', resets, by, till) .. reason
	if life > LONGEST_LIFE then
		redis.call('SET', key, text)
	else
		redis.call('SET', key, text, 'PX', string.format('%.0f', life + spare))
	end
end
`;
