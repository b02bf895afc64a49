import {MAX_WINDOW} from '../../rule.ts';

/** Milliseconds, a day longer than any window. */
const LONGEST = MAX_WINDOW + 24 * 60 * 60 * 1000;

/**
 * Reads a client's state. That is one key, which most clients do not have: the ban, if there is one, and
 * how often the client was reset, as long as that matters. Each log stores how often that was when it was
 * written: a log from before a reset counts for nothing, whichever rule and process wrote it.
 *
 * The text is `resets`, or `resets by until reason`. `until` is in the server's milliseconds, or `inf`. The
 * reason is JSON, so that it may be any text.
 */
export const readState: string = `
local LONGEST = ${LONGEST}

-- No server takes a longer time to live. The key of a longer ban stays after the ban has ended.
local LONGEST_LIFE = 1e14

local function msOf(text)
	return text == 'inf' and math.huge or tonumber(text)
end

-- A reply cuts a Lua number to an integer, and cannot hold infinity: so times of any length are text.
local function textOf(ms)
	return ms == math.huge and 'inf' or string.format('%.0f', ms)
end

-- Returns resets, by, milliseconds left (0 if there is no ban), reason.
local function readState(text)
	local resets, by, till, reason = string.match(text or '', '^(%d%d?%d?%d?%d?) ?(%a?) ?(%S*) ?(.*)$')
	if not resets then
		return 0, '', 0, ''
	end

	return tonumber(resets) % 65536, by, math.max(0, (msOf(till) or now) - now), reason
end

-- MGET treats a key of another type as missing.
local function stateIn(key)
	return readState(redis.call('MGET', key)[1])
end
`;

/** Writes a client's state. */
export const writeState: string = `
local function keepResets(key, resets)
	if resets == 0 then
		redis.call('DEL', key)
	else
		redis.call('SET', key, string.format('%d', resets), 'PX', LONGEST)
	end
end

-- Begins a ban for so many milliseconds, or math.huge.
local function beginBan(key, resets, by, duration, reason)
	local life = resets == 0 and duration or math.max(duration, LONGEST)
	local text = string.format('%d %s %s ', resets, by, textOf(now + duration)) .. reason
	if life > LONGEST_LIFE then
		redis.call('SET', key, text)
	else
		redis.call('SET', key, text, 'PX', textOf(life))
	end
end
`;
