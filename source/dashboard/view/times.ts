import {type Html, html} from './html.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Of where it runs: the server's time zone in the first page, then the browser's. It names the zone. */
const exactFormat = new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium', timeStyle: 'long'});
const clockFormat = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit'});
const dayFormat = new Intl.DateTimeFormat('en-GB', {
	day: 'numeric',
	month: 'short',
	hour: '2-digit',
	minute: '2-digit',
});
const secondsFormat = new Intl.DateTimeFormat('en-GB', {timeStyle: 'medium'});

/** `45 s`, `9 min`, `5 h`, `3 days`. The next smaller unit is used until there are at least two of a unit. */
export function durationText(seconds: number): string {
	if (seconds < 2 * MINUTE) {
		return `${Math.max(0, Math.round(seconds))} s`;
	}

	if (seconds < 2 * HOUR) {
		return `${Math.round(seconds / MINUTE)} min`;
	}

	return seconds < 2 * DAY
		? `${Math.round(seconds / HOUR)} h`
		: `${Math.round(seconds / DAY)} days`;
}

/** When something ends. @param seconds null for never */
export function endTime(seconds: number | null, now: number): Html {
	return seconds === null
		? html`never`
		: timeElement(now + seconds * 1000, `in ${durationText(seconds)}`);
}

/** When something was. */
export function pastTime(at: number, now: number): Html {
	const seconds = (now - at) / 1000;

	return timeElement(at, seconds < 5 ? 'just now' : `${durationText(seconds)} ago`);
}

/** When something began: `14:05`, or `29 Nov, 14:05` a day later. */
export function sinceTime(at: number, now: number): Html {
	return timeElement(at, now - at < DAY * 1000 ? clockText(at) : dayFormat.format(at));
}

/** `14:05` */
export function clockText(at: number): string {
	return clockFormat.format(at);
}

/** `14:05:10` */
export function secondsText(at: number): string {
	return secondsFormat.format(at);
}

function timeElement(at: number, text: string): Html {
	const date = new Date(at);
	// Beyond the year 275,760, or if the clock is wrong.
	return Number.isNaN(date.getTime())
		? html`${text}`
		: html`<time datetime="${date.toISOString()}" title="${exactFormat.format(date)}">${text}</time>`;
}
