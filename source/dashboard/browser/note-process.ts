import type {DashboardData} from '../json/dashboard-json.ts';
import {clockText} from '../view/times.ts';

const seen = new Map<string, string>();
let last: string | undefined;

/** Tells of it when several processes answer in turn, since each shows its own requests only. */
export function noteProcess({process: {id, since}}: DashboardData): void {
	// In containers, all may have the same number.
	const key = `${id} ${since}`;
	// A process that has only replaced another one never gives way to it again.
	const isInTurn = last !== key && seen.has(key);
	seen.set(key, `pid ${id} since ${clockText(since)}`);
	last = key;
	const place = document.getElementById('processes');
	if (isInTurn && place !== null) {
		place.textContent = `Several processes answer in turn: ${[...seen.values()].join(', ')}. Each shows its own requests and refusals. Pin the page to one of them.`;
	}
}
