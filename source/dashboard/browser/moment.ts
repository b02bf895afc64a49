import {type VerdictName, verdicts} from '../json/dashboard-json.ts';
import {countText} from '../view/numbers.ts';
import {secondsText} from '../view/times.ts';

/** Writes numbers into the legend. @param time of which they are; the whole hour, unless it is given */
export function showMoment(
	counts: Readonly<Record<VerdictName, number>>,
	time?: {readonly from: number; readonly to: number | undefined},
): void {
	write(
		'moment',
		time && `${secondsText(time.from)} to ${time.to === undefined ? 'now' : secondsText(time.to)}`,
	);
	for (const verdict of verdicts) {
		write(`count-${verdict}`, countText(counts[verdict]));
	}
}

function write(id: string, text = ''): void {
	const element = document.getElementById(id);
	if (element !== null && element.textContent !== text) {
		element.textContent = text;
	}
}
