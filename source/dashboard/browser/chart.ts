import uPlot from 'uplot';
import {type History, type VerdictName, verdicts} from '../json/dashboard-json.ts';
import {type Group, groupSteps, lastSteps, sinceFirstRequest} from '../view/group-steps.ts';
import {countText} from '../view/numbers.ts';
import {clockText} from '../view/times.ts';
import {showMoment} from './moment.ts';
import {stackedBars, stackOf} from './stacked-bars.ts';

const HEIGHT = 220;

/** Pixels for each bar, with the gap beside it. */
const BAR = 7;

/** How many steps are drawn of a process that has just begun: ten minutes. */
const MIN_STEPS = 60;

/** Seconds of a bar: the shortest for which the bars are wide enough. */
const lengths = [10, 20, 30, 60, 120, 300];

/** Draws the history into an element. Returns what draws it anew. */
export function drawChart(place: HTMLElement): (history: History) => void {
	let history: History | undefined;
	let groups: readonly Group[] = [];
	let length = 0;
	let plot: uPlot | undefined;

	function draw(): void {
		const width = place.clientWidth;
		if (history === undefined || width === 0) {
			return;
		}

		const shown = sinceFirstRequest(history, MIN_STEPS);
		length = lengthFor(width, shown);
		groups = groupSteps(shown, length);
		plot ??= new uPlot(
			optionsFor(place, width, {length: () => length, onPoint: point}),
			[[]],
			place,
		);
		plot.setData(stackOf(groups));
		point(plot);
	}

	/** Shows the numbers of the bar under the pointer, or of the whole hour. */
	function point({cursor: {left = -1}, posToVal}: uPlot): void {
		const first = groups[0]?.start ?? 0;
		const time = left < 0 ? Number.NaN : posToVal(left, 'x');
		const index = Math.floor((time - first / 1000) / length);
		const group = groups[index];
		if (group !== undefined) {
			showMoment(group.counts, {from: group.start, to: groups[index + 1]?.start});
		} else if (history !== undefined) {
			showMoment(lastSteps(history));
		}
	}

	new ResizeObserver(() => {
		plot?.setSize({width: place.clientWidth, height: HEIGHT});
		draw();
	}).observe(place);
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
		plot?.redraw(false);
	});

	return next => {
		history = next;
		draw();
	};
}

function lengthFor(width: number, {step, admitted}: History): number {
	return lengths.find(length => (step * admitted.length * BAR) / length <= width) ?? 300;
}

function optionsFor(
	place: HTMLElement,
	width: number,
	{length, onPoint}: {length: () => number; onPoint: (plot: uPlot) => void},
): uPlot.Options {
	const colour = (name: string) => () => getComputedStyle(place).getPropertyValue(`--${name}`);
	const font = `12px ${getComputedStyle(place).fontFamily}`;
	const series = (verdict: VerdictName): uPlot.Series => ({
		label: verdict,
		fill: colour(verdict),
		width: 0,
		paths: (...args) => stackedBars(length())(...args),
		points: {show: false},
	});

	return {
		width,
		height: HEIGHT,
		legend: {show: false},
		cursor: {y: false, points: {show: false}, drag: {x: false, y: false, setScale: false}},
		scales: {
			x: {range: (_plot, min, max) => [min, max + length()]},
			y: {range: (_plot, _min, max) => [0, Math.max(4, max * 1.08)]},
		},
		axes: [
			{
				stroke: colour('muted'),
				font,
				grid: {show: false},
				ticks: {stroke: colour('line'), size: 4, width: 1},
				size: 28,
				space: 72,
				values: (_plot, times) => times.map(time => clockText(time * 1000)),
			},
			{
				stroke: colour('muted'),
				font,
				size: (_plot, values) => 14 + 7 * Math.max(0, ...(values ?? []).map(({length}) => length)),
				values: (_plot, counts) => counts.map(countText),
				grid: {stroke: colour('line'), width: 1},
				ticks: {show: false},
				incrs: [1, 2, 5]
					.flatMap(one => [0, 1, 2, 3, 4, 5, 6, 7].map(power => one * 10 ** power))
					.sort((one, other) => one - other),
				space: 36,
			},
		],
		series: [{}, ...verdicts.map(series)],
		hooks: {setCursor: [onPoint]},
	};
}
