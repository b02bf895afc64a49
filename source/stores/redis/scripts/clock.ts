/**
 * What every script begins with: the time, in whole milliseconds, by the server's own clock, so that the
 * processes' clocks need not agree; and how long a key lives on when nobody needs it any more.
 *
 * The tests put another in its place, to set the time instead of waiting for it.
 */
export const serverClock: string = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local spare = 0
`;
