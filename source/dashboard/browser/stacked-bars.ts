import type uPlot from 'uplot';
import {verdicts} from '../json/dashboard-json.ts';
import type {Group} from '../view/group-steps.ts';

/** Pixels between two bars. */
const GAP = 1;

/** The times in seconds, then for each verdict the height of the stack up to it, from the bottom. */
export function stackOf(groups: readonly Group[]): uPlot.AlignedData {
	const heights = groups.map(() => 0);

	return [
		groups.map(({start}) => start / 1000),
		...verdicts.map(verdict =>
			groups.map(({counts}, index) => {
				const height = (heights[index] ?? 0) + counts[verdict];
				heights[index] = height;
				return height;
			}),
		),
	];
}

/**
 * Draws each part of a bar on whole pixels: the edges of bars that overlap, or end between pixels, mix their colours.
 *
 * @param length seconds of a bar
 */
export function stackedBars(length: number): uPlot.Series.PathBuilder {
	return (plot, series, from, to) => {
		const fill = new Path2D();
		const [times = []] = plot.data;
		const x = (time: number) => Math.round(plot.valToPos(time, 'x', true));
		const y = (height: number) => Math.round(plot.valToPos(height, 'y', true));
		const gap = Math.max(1, Math.round(GAP * devicePixelRatio));

		for (let index = from; index <= to; index += 1) {
			const time = times[index] ?? 0;
			const left = x(time);
			const bottom = y(series === 1 ? 0 : (plot.data[series - 1]?.[index] ?? 0));
			const top = y(plot.data[series]?.[index] ?? 0);
			fill.rect(left, top, x(time + length) - left - gap, bottom - top);
		}

		return {fill};
	};
}
