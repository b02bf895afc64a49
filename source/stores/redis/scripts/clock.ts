/**
 * Every script begins with this: the time in whole milliseconds by the server's own clock, so that the
 * clocks of the processes need not agree. The tests replace it, to set the time instead of waiting for it.
 */
export const serverClock: string = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`;
