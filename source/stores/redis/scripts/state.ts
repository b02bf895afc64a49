import {MAX_WINDOW} from '../../rule.ts';
import {times} from './times.ts';

/** Milliseconds, a day longer than any window. */
const LONGEST = MAX_WINDOW + 24 * 60 * 60 * 1000;

/**
 * Reads the text of a client's state. That is one key, which most clients do not have: the ban, if there is one, and
 * how often the client was reset, as long as that matters. Each log stores how often that was when it was
 * written: a log from before a reset counts for nothing, whichever rule and process wrote it.
 *
 * The text is `resets`, or `resets by until reason`. `by` is `r` for reports, `t` for a trap and `h` for an operator.
 * `until` is in the server's milliseconds, or `inf`. The reason is JSON, so that it may be any text, or empty.
 *
 * A space after the reason marks a ban under escalation, which processes of a version without escalation overlook.
 * A trap's ban that hides one by reports has ` r` and the end of that one after its reason. That is no JSON, so that
 * processes of a version without it overlook it.
 */
export const parseState: string = `
${times}
local LONGEST = ${LONGEST}

-- Returns resets, by, milliseconds left (0 if there is no ban), reason.
local function parseState(text)
	local resets, by, till, reason = string.match(text or '', '^(%d%d?%d?%d?%d?) ?(%a?) ?(%S*) ?(.*)$')
	if not resets then
		return 0, '', 0, ''
	end

	return tonumber(resets) % 65536, by, math.max(0, (msOf(till) or now) - now), reason
end
`;

/** Reads a client's state. */
export const readState: string = `
${parseState}
-- MGET treats a key of another type as missing.
local function stateIn(key)
	return parseState(redis.call('MGET', key)[1])
end
`;

/** Tells the reason of a trap's ban from what may follow. */
export const splitReason: string = `
-- Returns the reason of a trap's ban, and how many milliseconds are left of a ban by reports that it hides: 0 if
-- it hides none.
local function splitReason(text)
	local reason, till = string.match(text, '^(.*) r(%w+)$')
	return reason or text, math.max(0, (msOf(till) or now) - now)
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

local function setFor(life, key, text)
	if life > LONGEST_LIFE then
		redis.call('SET', key, text)
	else
		redis.call('SET', key, text, 'PX', textOf(life))
	end
end

-- What follows the reason of a trap's ban that hides one by reports with so many milliseconds left: nothing for 0.
local function hiddenText(ms)
	return ms > 0 and ' r' .. textOf(now + ms) or ''
end

-- Begins a ban for so many milliseconds, or math.huge.
local function beginBan(key, resets, by, duration, reason)
	local life = resets == 0 and duration or math.max(duration, LONGEST)
	setFor(life, key, string.format('%d %s %s ', resets, by, textOf(now + duration)) .. reason)
end
`;
