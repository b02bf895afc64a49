import {readState} from './state.ts';
import {readStrikes} from './strikes.ts';

/** The client's ban as the scripts return it. */
export const showBan: string = `
${readStrikes}
-- A ban that was read from a state as \`{by, left, reason, strike}\`; false if there is none.
local function shownBan(by, left, reason, strikes)
	if left == 0 then
		return false
	end

	local isEscalated = string.sub(reason, -1) == ' '
	return {by, textOf(left), reason, isEscalated and strikesIn(strikes) or 0}
end
`;

/**
 * Returns a client's ban as `{by, left, reason}`, with its strike at the end if it began under escalation; or
 * nothing. KEYS: the client's state and its strikes.
 */
export const show: string = `
${readState}
${showBan}
local _, by, left, reason = stateIn(KEYS[1])
return shownBan(by, left, reason, KEYS[2])
`;
