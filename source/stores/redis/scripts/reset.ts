import {readState, writeState} from './state.ts';

/** Forgets a client's requests and reports; a ban stays. KEYS: its state and its reports. */
export const reset: string = `
${readState}
${writeState}
-- First: a server that is out of memory checks the first command that writes.
redis.call('DEL', KEYS[2])
local resets, by, left, reason = stateIn(KEYS[1])
-- Logs store its lower 16 bits. 0 means never: a client that was reset never gets back to it.
local more = resets % 65535 + 1
if left > 0 then
	beginBan(KEYS[1], more, by, left, reason)
else
	keepResets(KEYS[1], more)
end
`;
