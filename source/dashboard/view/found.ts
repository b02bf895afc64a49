import type {ClientLimit} from '../../operator/inspect.ts';
import type {DashboardData, KnownClient} from '../json/dashboard-json.ts';
import {bannedBy} from './bans.ts';
import {fitsField, resetButton, unbanButton} from './change-form.ts';
import {explanationFields, explanationSentence, fact} from './explanation.ts';
import {exact, type Html, html} from './html.ts';
import {entryKey, foreign, searchFor} from './names.ts';
import {countText} from './numbers.ts';
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
		${found.client !== undefined && standing(found, now)}
	</section>`;
}

function standing(found: KnownClient, now: number): Html {
	const {client, ban, explanation, reports, strike, limits} = found;

	return html`<div class="standing">
		<div>
			<dl class="facts">
				${banFacts(found, now)}
				${reports !== undefined && fact('Reports', countText(reports))}
				${strike !== undefined && strike > 0 && fact('Bans by reports', countText(strike))}
			</dl>
			<div class="actions">
				${ban !== undefined && unbanButton(ban.client, ban.client !== client)}
				${limits !== undefined && resetButton(client)}
				${fitsField(client) && html`<a href="${banLink(client)}" data-ban="${exact(client)}">Ban…</a>`}
			</div>
			<p class="result" id="found-result" role="status" data-keep></p>
		</div>
		${limits !== undefined && limitsTable(limits)}
		<div>
			<h3>How it was identified</h3>
			${
				explanation === undefined
					? html`<p class="empty">How it was identified is known of clients that were refused during the last hour.</p>`
					: html`<p>${explanationSentence(explanation)}</p>${explanationFields(explanation)}`
			}
		</div>
	</div>`;
}

/** The page with the client in the form for bans, without a script. */
function banLink(client: string): string {
	return `${searchFor(client)}&ban#ban`;
}

function banFacts({client, ban}: KnownClient, now: number): Html {
	if (ban === undefined) {
		return fact('Banned', 'no');
	}

	const {by, reason, retryAfter, strike} = ban;
	return html`${fact('Banned', bannedBy(by, strike))}
		${ban.client !== client && fact('Range', foreign(ban.client))}
		${fact('Ends', endTime(retryAfter, now))}
		${reason !== undefined && reason !== '' && fact('Reason', foreign(reason))}`;
}

function limitsTable(limits: readonly ClientLimit[]): Html {
	return html`<div>
		<h3>Limits</h3>
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

function limitRow(limit: ClientLimit): Html {
	const {name, count, window, remaining, retryAfter} = limit;
	const used = Math.max(0, count - remaining);
	const room =
		retryAfter === undefined
			? `${countText(remaining)} left`
			: `full: room in ${durationText(retryAfter)}`;

	return html`<tr data-key="${entryKey(name)} ${count} ${window}"><th scope="row">${foreign(name)}</th><td>${countText(used)} of ${countText(count)} in ${durationText(window)}, <span class="quiet">${room}</span>${usageBar(used / count)}</td></tr>`;
}

/** No meter: browsers draw its parts at heights of their own. */
function usageBar(share: number): Html {
	const level = share < 0.6 ? 'low' : share < 0.95 ? 'high' : 'full';

	return html`<svg class="usage" data-level="${level}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${Math.min(100, 100 * share)}" height="1"></rect></svg>`;
}
