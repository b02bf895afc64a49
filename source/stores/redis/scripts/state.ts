import {LONGEST_WINDOW} from '../../../options/rules.ts';

/** Milliseconds, a day longer than any window. */
const LONGEST = LONGEST_WINDOW + 24 * 60 * 60 * 1000;

/**
 * A client's state, in one key, which most clients do not have: the ban, if there is one, and how often
 * the client was reset, as long as that matters. Logs say how often it was when they were written: those
 * from before a reset count for nothing, whichever rule and whichever process they are of.
 *
 * As text: `resets`, or `resets by until reason`, where `until` is in the server's milliseconds or `inf`,
 * and the reason is JSON, so that it may be any text.
 */
export const readState: string = `
local LONGEST = ${LONGEST}

-- No server takes a longer time to live: of a longer ban, which still ends, the key stays.
local LONGEST_LIFE = 1e14

local function msOf(text)
	return text == 'inf' and math.huge or tonumber(text)
end

-- In a reply a Lua number is cut to an integer, and none is infinite: so times of any length are text.
local function textOf(ms)
	return ms == math.huge and 'inf' or string.format('%.0f', ms)
end

-- Answers resets, by, milliseconds left (0 where there is no ban), reason.
local function readState(text)
	local resets, by, till, reason = string.match(text or '', '^(%d%d?%d?%d?%d?) ?(%a?) ?(%S*) ?(.*)$')
	if not resets then
		return 0, '', 0, ''
	end

	return tonumber(resets) % 65536, by, math.max(0, (msOf(till) or now) - now), reason
end

-- By MGET, for which a key that holds something else is none.
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
		redis.call('SET', key, string.format('%d', resets), 'PX', LONGEST + spare)
	end
end

-- Begins a ban for so many milliseconds, or math.huge.
local function beginBan(key, resets, by, duration, reason)
	local life = resets == 0 and duration or math.max(duration, LONGEST)
	local text = string.format('%d %s %s ', resets, by, textOf(now + duration)) .. reason
	if life > LONGEST_LIFE then
		redis.call('SET', key, text)
	else
		redis.call('SET', key, text, 'PX', textOf(life + spare))
	end
end
`;
