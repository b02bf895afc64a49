import type {DashboardData} from '../json/dashboard-json.ts';
import {allOf, lastSteps} from './group-steps.ts';
import {type Html, html} from './html.ts';
import {foreignWord} from './names.ts';
import {countText, shareText} from './numbers.ts';
import {refusedBy} from './verdict-words.ts';

/** How much the gate has to do: nothing is refused; something is; at least a tenth is. */
type Level = 'quiet' | 'some' | 'many';

const levelWords: Readonly<Record<Level, string>> = {
	quiet: 'Quiet',
	some: 'Refusing some',
	many: 'Refusing many',
};

const MANY = 0.1;

/** Milliseconds. */
const MINUTE = 60_000;

/** Says in a plain sentence what is going on. */
export function headline(data: DashboardData): Html {
	const level = levelOf(data);

	return html`<p class="headline" id="headline" data-level="${level}"><strong class="level">${levelWords[level]}</strong> ${sentence(data)} ${busiest(data)}</p>`;
}

function levelOf(data: DashboardData): Level {
	const {requests, refused} = lastMinute(data);
	if (refused === 0) {
		return 'quiet';
	}

	return refused < MANY * requests ? 'some' : 'many';
}

function lastMinute({history}: DashboardData): {requests: number; refused: number} {
	const counts = lastSteps(history, Math.round(60 / history.step));
	const requests = allOf(counts);

	return {requests, refused: requests - counts.admitted};
}

function sentence(data: DashboardData): Html {
	const {requests, refused} = lastMinute(data);
	if (requests === 0) {
		return allOf(lastSteps(data.history)) === 0
			? html`No requests during the last hour.`
			: html`No requests during the last minute.`;
	}

	if (refused === 0) {
		return requests === 1
			? html`The one request of the last minute was admitted.`
			: html`All ${countText(requests)} requests of the last minute were admitted.`;
	}

	return html`<b>${countText(refused)}</b> of ${countText(requests)} requests during the last minute ${were(refused, data.dryRun)} refused (${shareText(refused, requests)}).`;
}

function were(count: number, dryRun: boolean): string {
	if (dryRun) {
		return 'would have been';
	}

	return count === 1 ? 'was' : 'were';
}

function busiest({clients, now}: DashboardData): Html | undefined {
	const client = clients.find(({lastAt}) => now - lastAt < MINUTE);

	return (
		client &&
		html`<span class="busiest">The busiest: ${foreignWord(client.client)}, ${refusedBy(client.kind, client.rule)}.</span>`
	);
}
