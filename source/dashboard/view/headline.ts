import type {DashboardData} from '../json/dashboard-json.ts';
import {allOf, lastSteps} from './group-steps.ts';
import {type Html, html} from './html.ts';
import {foreignWord} from './names.ts';
import {countOf, countText, shareText} from './numbers.ts';
import {causeInSentence} from './verdict-words.ts';

type Level = 'none' | 'some' | 'many';

const levelWords: Readonly<Record<Level, string>> = {
	none: 'None refused',
	some: 'Some refused',
	many: 'Many refused',
};

const dryLevelWords: Readonly<Record<Level, string>> = {
	none: 'Would refuse none',
	some: 'Would refuse some',
	many: 'Would refuse many',
};

/** Refusals of the last minute are many if they are at least so many, and at least such a part of the requests. */
const MANY = {count: 20, share: 0.2};

/** Says in plain sentences what is going on. */
export function headline(data: DashboardData): Html {
	const level = levelOf(data);
	const words = data.dryRun ? dryLevelWords : levelWords;

	return html`<p class="headline" id="headline" data-level="${level}"><strong class="level">${words[level]}</strong> ${sentence(data)} <span class="further">${refusedMost(data)} ${banned(data)}</span></p>`;
}

function levelOf(data: DashboardData): Level {
	const {requests, refused} = lastMinute(data);
	if (refused === 0) {
		return 'none';
	}

	return refused >= MANY.count && refused >= MANY.share * requests ? 'many' : 'some';
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

function refusedMost({clients: [client], dryRun}: DashboardData): Html | undefined {
	return (
		client &&
		html`${dryRun ? 'Would have been refused' : 'Refused'} most this hour: ${foreignWord(client.client)}, last ${causeInSentence(client)}.`
	);
}

/** Ranges count as one each. */
function banned({bans: {inForce, isPartial}}: DashboardData): Html | undefined {
	if (inForce === 0) {
		return undefined;
	}

	return html`<a href="#bans">${isPartial && 'At least '}${countOf(inForce, 'client')} ${inForce === 1 ? 'is' : 'are'} banned.</a>`;
}
