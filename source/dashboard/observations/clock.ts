/** Where the observations read the time. */
export interface Clock {
	/** Milliseconds from any start. They never run backwards, and do not follow corrections of the wall clock. */
	steady(): number;
	/** Milliseconds since 1970. */
	wall(): number;
}

export const systemClock: Clock = {steady: () => performance.now(), wall: () => Date.now()};

/** When something happened by the wall clock, as it stands now. */
export function wallTime({steady, wall}: Clock, steadyTime: number): number {
	return Math.round(wall() - (steady() - steadyTime));
}
