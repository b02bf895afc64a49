const format = new Intl.NumberFormat('en');

/** `1,240` */
export function countText(count: number): string {
	return format.format(count);
}

/** `1 request`, `1,240 requests` */
export function countOf(count: number, one: string, many = `${one}s`): string {
	return `${countText(count)} ${count === 1 ? one : many}`;
}

/** `25%`. Neither none nor all if it is neither. */
export function shareText(part: number, whole: number): string {
	const percent = (100 * part) / whole;
	if (percent > 0 && percent < 1) {
		return 'less than 1%';
	}

	return percent > 99 && percent < 100 ? 'more than 99%' : `${Math.round(percent)}%`;
}
