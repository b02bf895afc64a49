/**
 * How many of a client's bans are remembered under escalation, in a key of their own: only reports, and lists of
 * bans, read it. The text is `strikes until`: `until` is in the server's milliseconds, or `inf`.
 */
export const readStrikes: string = `
local MOST_STRIKES = 999999

-- 0 if they are forgotten. MGET treats a key of another type as missing.
local function strikesIn(key)
	local text = redis.call('MGET', key)[1] or ''
	local strikes, till = string.match(text, '^(%d%d?%d?%d?%d?%d?) (%S+)$')
	return strikes and (msOf(till) or 0) > now and tonumber(strikes) or 0
end
`;
