import type {DashboardData} from '../json/dashboard-json.ts';
import {type Answer, askForData} from './ask.ts';

/** How the page keeps up with the server. */
export type Connection =
	| {readonly kind: 'live'}
	| {readonly kind: 'paused'}
	/** @property retryIn milliseconds */
	| {readonly kind: 'lost'; readonly retryIn: number}
	| {readonly kind: 'refused'; readonly status: number};

export interface Poller {
	/** Asks at once, even if paused. Drops an answer that is on its way. */
	now(): Promise<void>;
	pause(): void;
	resume(): void;
}

const PERIOD = 2000;
const LONGEST = 30_000;

/** Asks for the data again and again while the page is visible. Asks less often while that fails. */
export function poll(
	onData: (data: DashboardData) => void,
	onConnection: (connection: Connection) => void,
): Poller {
	let controller = new AbortController();
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isPaused = false;
	let hasEnded = false;
	let failures = 0;

	async function now(): Promise<void> {
		clearTimeout(timer);
		controller.abort();
		controller = new AbortController();
		const {signal} = controller;
		const answer = await askForData(location.search, signal);
		if (!signal.aborted) {
			take(answer);
		}
	}

	function take(answer: Answer<DashboardData>): void {
		if (answer.kind === 'refused') {
			hasEnded = true;
			onConnection(answer);
			return;
		}

		failures = answer.kind === 'ok' ? 0 : failures + 1;
		const wait = Math.min(PERIOD * 2 ** failures, LONGEST);
		if (answer.kind === 'ok') {
			onData(answer.value);
			onConnection({kind: isPaused ? 'paused' : 'live'});
		} else {
			onConnection({kind: 'lost', retryIn: wait});
		}

		schedule(wait);
	}

	function schedule(wait: number): void {
		clearTimeout(timer);
		if (!isPaused && !hasEnded && document.visibilityState === 'visible') {
			timer = setTimeout(now, wait);
		}
	}

	document.addEventListener('visibilitychange', () => {
		schedule(0);
	});
	void now();

	return {
		now,
		pause: () => {
			isPaused = true;
			clearTimeout(timer);
			onConnection({kind: 'paused'});
		},
		resume: () => {
			isPaused = false;
			schedule(0);
		},
	};
}
