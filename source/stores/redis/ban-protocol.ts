import type {ReportOutcome, StoredBan} from '../ban-records.ts';
import {keptReason} from '../reason.ts';
import {listOf} from './connection/reply-list.ts';

/** Milliseconds, as the scripts read them. */
export function msText(ms: number): string {
	return ms === Infinity ? 'inf' : String(ms);
}

/** Milliseconds, as the scripts return them. */
export function msOf(text: unknown): number {
	return text === 'inf' ? Infinity : Number(text);
}

/** A reason, as the scripts keep it: JSON, which holds any text on one line; empty for no reason. */
export function reasonText(reason: string | undefined): string {
	return reason === undefined ? '' : JSON.stringify(reason);
}

/** Reads what `scripts/report.ts` returns. */
export function readOutcome(reply: unknown): ReportOutcome {
	const [reports, left, duration, strike] = listOf(reply);

	return {
		reports: Number(reports),
		...(left !== undefined && {banEndsInMs: msOf(left)}),
		...(duration !== undefined && {begunForMs: msOf(duration)}),
		...strikeOf(strike),
	};
}

/** Reads what `scripts/show.ts` returns: undefined if there is no ban. */
export function readBan(client: string, reply: unknown): StoredBan | undefined {
	if (reply === null) {
		return undefined;
	}

	const [by, left, reason, strike] = listOf(reply);

	return {client, ...banOf([by, left, reason]), ...strikeOf(strike)};
}

/** Reads what `scripts/ranges.ts` returns about the bans of ranges. */
export function readRanges(reply: unknown): readonly StoredBan[] {
	const values = listOf(reply);

	return Array.from({length: values.length / 3}, (_, index) => {
		const [range, left, reason] = values.slice(3 * index);

		return {client: String(range), ...banOf(['h', left, reason])};
	});
}

/** Reads a ban, as the scripts return it. */
export function banOf([by, left, reason]: readonly unknown[]): Omit<StoredBan, 'client'> {
	return {
		by: by === 'r' ? 'reports' : 'hand',
		...reasonOf(reason),
		endsInMs: msOf(left),
	};
}

/** No reason if there is none, or if another program has written anything but JSON. */
function reasonOf(text: unknown): {reason?: string} {
	try {
		// A trap's ban that hides one by reports has ` r` and the end of that one after its reason: see `scripts/state.ts`.
		const json = String(text).replace(/ r\w+$/, '');
		return {reason: keptReason(String(JSON.parse(json)))};
	} catch {
		return {};
	}
}

/** 0 stands for none, and so does what no script returns. */
function strikeOf(strike: unknown): {strike?: number} {
	return Number(strike) > 0 ? {strike: Number(strike)} : {};
}
