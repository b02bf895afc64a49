/** Times as the scripts read, keep and return them. They may be longer than any number of Redis, even endless. */
export const times: string = `
-- No server takes a longer time to live. A key that would live longer stays, and what it holds ends by itself.
local LONGEST_LIFE = 1e14

local function msOf(text)
	return text == 'inf' and math.huge or tonumber(text)
end

-- A reply cuts a Lua number to an integer, and cannot hold infinity: so times of any length are text.
local function textOf(ms)
	return ms == math.huge and 'inf' or string.format('%.0f', ms)
end
`;
