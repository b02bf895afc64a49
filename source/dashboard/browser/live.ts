import {secondsText} from '../view/times.ts';
import type {Connection, Poller} from './poll.ts';
import {speak} from './speak.ts';

/** Shows whether the page is live, with a button to pause it. */
export function showLive(poller: () => Poller): (connection: Connection) => void {
	const place = document.getElementById('live');
	const text = document.createElement('span');
	const button = document.createElement('button');
	let last: Connection['kind'] = 'live';
	let lastAt = Date.now();
	let isPaused = false;
	button.type = 'button';
	button.textContent = 'Pause';
	place?.append(text, button);

	button.addEventListener('click', () => {
		isPaused = !isPaused;
		button.textContent = isPaused ? 'Resume' : 'Pause';
		if (isPaused) {
			poller().pause();
		} else {
			poller().resume();
		}
	});

	return connection => {
		const words = wordsFor(connection, lastAt);
		text.textContent = words;
		button.hidden = connection.kind === 'refused';
		place?.setAttribute('data-state', connection.kind);
		if (connection.kind !== last) {
			speak(words);
		}

		last = connection.kind;
		lastAt = connection.kind === 'live' ? Date.now() : lastAt;
	};
}

function wordsFor(connection: Connection, lastAt: number): string {
	switch (connection.kind) {
		case 'live':
			return 'Live';
		case 'paused':
			return 'Paused';
		case 'lost':
			return `The app has not answered since ${secondsText(lastAt)}. Asking again in ${Math.round(connection.retryIn / 1000)} s.`;
		default:
			return 'You may no longer see this page. Sign in again, then reload it.';
	}
}
