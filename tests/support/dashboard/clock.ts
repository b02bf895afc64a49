import type {Clock} from '../../../source/dashboard/observations/clock.ts';

/** A clock of observations that only `pass` moves, by milliseconds. `correct` moves its wall clock alone. */
export interface DashboardClock extends Clock {
	pass(ms: number): void;
	correct(ms: number): void;
}

export function dashboardClock(): DashboardClock {
	let steady = 0;
	let wall = 1_800_000_000_000;

	return {
		steady: () => steady,
		wall: () => wall,
		pass(ms) {
			steady += ms;
			wall += ms;
		},
		correct(ms) {
			wall += ms;
		},
	};
}
