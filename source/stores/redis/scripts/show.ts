import {readState} from './state.ts';
import {readStrikes} from './strikes.ts';

/**
 * Returns a client's ban as `{by, left, reason}`, with its strike at the end if it began under escalation; or
 * nothing. KEYS: the client's state and its strikes.
 */
export const show: string = `
${readState}
${readStrikes}
local _, by, left, reason = stateIn(KEYS[1])
if left == 0 then
	return false
end

local isEscalated = string.sub(reason, -1) == ' '
return {by, textOf(left), reason, isEscalated and strikesIn(KEYS[2]) or 0}
`;
