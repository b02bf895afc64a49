import type {DashboardData, FoundClient} from '../json/dashboard-json.ts';
import {changeButton} from './change-form.ts';
import {explanationFields, explanationSentence, fact} from './explanation.ts';
import {type Html, html} from './html.ts';
import {entryKey, foreign} from './names.ts';
import {countOf, countText} from './numbers.ts';
import {durationText, endTime} from './times.ts';

/** How the client stands that was searched for. */
export function foundSection({found, now}: DashboardData): Html | undefined {
	if (found === undefined) {
		return undefined;
	}

	const {query, client, error} = found;
	return html`<section class="card found" id="client" aria-labelledby="found-title" data-key="found ${entryKey(client ?? query)}">
		<div class="card-head">
			<h2 id="found-title" tabindex="-1">${foreign(client ?? query)}</h2>
			<a class="close" href="?">Close</a>
		</div>
		${error !== undefined && html`<p class="problem">${foreign(error)}</p>`}
		${found.ban === undefined && client === undefined ? undefined : standing(found, now)}
	</section>`;
}

function standing(found: FoundClient, now: number): Html {
	const {query, client = query, ban, explanation} = found;

	return html`<div class="standing">
		<div>
			<dl class="facts">
				${banFacts(ban, now)}
				${found.reports !== undefined && fact('Reports', countOf(found.reports, 'report'))}
				${found.strike !== undefined && found.strike > 0 && fact('Earlier bans', countText(found.strike))}
			</dl>
			<div class="actions">
				${ban !== undefined && changeButton('unban', ban.client, 'End the ban')}
				${found.client !== undefined && changeButton('reset', client, 'Reset the counts')}
			</div>
			<p class="result" id="found-result" role="status" data-keep></p>
		</div>
		${limitsTable(found)}
		<div>
			<h3>How it was identified</h3>
			${
				explanation === undefined
					? html`<p class="empty">Shown for clients that this process has refused lately.</p>`
					: html`<p>${explanationSentence(explanation)}</p>${explanationFields(explanation)}`
			}
		</div>
	</div>`;
}

function banFacts(ban: FoundClient['ban'], now: number): Html {
	if (ban === undefined) {
		return fact('Ban', 'none');
	}

	const {by, reason, retryAfter, strike} = ban;
	return html`${fact('Ban', html`by ${by}${strike !== undefined && ` (ban ${strike})`}`)}
		${fact('Ends', endTime(retryAfter, now))}
		${reason !== undefined && reason !== '' && fact('Reason', foreign(reason))}`;
}

function limitsTable({limits = []}: FoundClient): Html {
	return html`<div>
		<h3>Under the limits</h3>
		${
			limits.length === 0
				? html`<p class="empty">The gate knows no limit that would count this client.</p>`
				: html`<table>
			<caption class="unseen">Its requests under each limit</caption>
			<thead><tr><th scope="col">Rule</th><th scope="col">Counted</th></tr></thead>
			<tbody>${limits.map(limitRow)}</tbody>
		</table>`
		}
	</div>`;
}

function limitRow(limit: NonNullable<FoundClient['limits']>[number]): Html {
	const {name, count, window, remaining, retryAfter} = limit;
	const used = Math.max(0, count - remaining);
	const room =
		retryAfter === undefined
			? `${countText(remaining)} left`
			: `full: room in ${durationText(retryAfter)}`;

	return html`<tr data-key="${entryKey(name)} ${count} ${window}"><th scope="row">${foreign(name)}</th><td>${countText(used)} of ${countText(count)} in ${durationText(window)}, <span class="quiet">${room}</span><meter min="0" low="${count * 0.6}" high="${count * 0.95}" optimum="0" max="${count}" value="${used}" aria-hidden="true"></meter></td></tr>`;
}
