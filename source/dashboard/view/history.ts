import {type DashboardData, type VerdictName, verdicts} from '../json/dashboard-json.ts';
import {allOf, groupSteps, lastSteps} from './group-steps.ts';
import {type Html, html} from './html.ts';
import {countText} from './numbers.ts';
import {clockText, sinceTime} from './times.ts';
import {verdictLabels} from './verdict-words.ts';

/** Seconds for each row of the table. */
const ROW = 300;

/**
 * The last hour. The script draws the chart and closes the table, which stands open without it.
 */
export function historySection({history, process, now, dryRun}: DashboardData): Html {
	const isEmpty = allOf(lastSteps(history)) === 0;

	return html`<section class="card history" id="history" aria-labelledby="history-title">
		<div class="card-head">
			<h2 id="history-title">The last hour</h2>
			<p class="moment" id="moment" data-keep></p>
		</div>
		<p class="quiet" id="process">This process (pid ${process.id}), since ${sinceTime(process.since, now)}</p>
		<p class="problem" id="processes" data-keep></p>
		${legend(history, dryRun)}
		${isEmpty && html`<p class="empty">The gate has counted no request in this process during the last hour. Open a page of your app, and it appears here.</p>`}
		<div class="chart" id="chart" data-keep aria-hidden="true"></div>
		<details id="history-table" open>
			<summary>The last hour as a table</summary>
			<div class="scroll">${historyTable(history)}</div>
		</details>
	</section>`;
}

/** It says "refused" before the numbers of refused requests, which are not numbers of bans. */
function legend(history: DashboardData['history'], dryRun: boolean): Html {
	const total = lastSteps(history);
	const [admitted, ...refused] = verdicts;
	const unidentified = history.unidentified.reduce((sum, count) => sum + count, 0);
	const entry = (verdict: VerdictName, label: string) =>
		html`<li><span class="swatch" data-verdict="${verdict}"></span><span class="label">${label}</span> <span class="number" id="count-${verdict}" data-keep>${countText(total[verdict])}</span></li>`;

	return html`<div class="legend" id="legend">
			<ul>${entry(admitted, verdictLabels[admitted])}</ul>
			<span class="label" id="refused-label">${dryRun ? 'Would be refused:' : 'Refused:'}</span>
			<ul aria-labelledby="refused-label">${refused.map(verdict => html`${entry(verdict, verdictLabels[verdict].toLowerCase())} `)}</ul>
			${unidentified > 0 && html`<span class="label" id="unidentified">Without a client (400 or 431), this hour: <span class="number">${countText(unidentified)}</span></span>`}
		</div>`;
}

function historyTable(history: DashboardData['history']): Html {
	const rows = groupSteps(history, ROW).toReversed();

	return html`<table class="numbers">
		<caption class="unseen">Requests by verdict, in steps of five minutes, the latest first</caption>
		<thead><tr><th scope="col">From</th>${verdicts.map(verdict => html`<th scope="col">${verdictLabels[verdict]}</th>`)}</tr></thead>
		<tbody>${rows.map(
			({start, counts}) =>
				html`<tr data-key="${start}"><th scope="row">${clockText(start)}</th>${verdicts.map(verdict => html`<td>${countText(counts[verdict])}</td>`)}</tr>`,
		)}</tbody>
	</table>`;
}
