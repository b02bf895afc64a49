import {readState} from './state.ts';

/** Returns a client's ban as `{by, left, reason}`, or nothing. KEYS: its state. */
export const show: string = `
${readState}
local _, by, left, reason = stateIn(KEYS[1])
return left > 0 and {by, textOf(left), reason}
`;
