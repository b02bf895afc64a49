import type {BanEntry, DashboardData} from '../json/dashboard-json.ts';
import {unbanButton} from './change-form.ts';
import {type Html, html} from './html.ts';
import {clientLink, entryKey, foreign, foreignWord} from './names.ts';
import {countOf, countText} from './numbers.ts';
import {endTime} from './times.ts';

/** Who is banned, why, and until when. */
export function bansSection({bans, now, found}: DashboardData): Html {
	const {entries, error} = bans;

	return html`<section class="card" id="bans" aria-labelledby="bans-title">
		<div class="card-head">
			<h2 id="bans-title" tabindex="-1">Bans</h2>
			<p class="quiet">${howMany(bans, found?.query)}</p>
		</div>
		${error !== undefined && html`<p class="problem"><strong>The bans could not be read.</strong> The list may be old. ${foreign(error)}</p>`}
		<p class="result" id="bans-result" role="status" data-keep></p>
		${
			entries.length === 0
				? emptyText(bans, found?.query)
				: html`<table class="cards" id="ban-list">
			<caption class="unseen">The bans in force</caption>
			<thead><tr><th scope="col">Client</th><th scope="col">Reason</th><th scope="col">By</th><th scope="col" class="right">Ends</th><th scope="col"><span class="unseen">Unban</span></th></tr></thead>
			<tbody>${entries.map(entry => banRow(entry, now))}</tbody>
		</table>`
		}
	</section>`;
}

function banRow({client, by, reason, retryAfter, strike}: BanEntry, now: number): Html {
	return html`<tr data-key="${entryKey(client)}"><th scope="row">${clientLink(client)}</th><td class="reason">${reason === undefined || reason === '' ? html`<span class="quiet">none given</span>` : foreign(reason)}</td><td class="by">${bannedBy(by, strike)}</td><td class="right ends" data-label="Ends">${endTime(retryAfter, now)}</td><td class="action">${unbanButton(client)}</td></tr>`;
}

/** `After reports (ban 2)` */
export function bannedBy(by: BanEntry['by'], strike: number | undefined): Html {
	return html`${by === 'hand' ? 'By hand' : 'After reports'}${strike !== undefined && strike > 1 && html` <span class="quiet">(ban ${strike})</span>`}`;
}

function howMany({entries, total, isPartial}: DashboardData['bans'], query: string | undefined) {
	const matching =
		query === undefined
			? ''
			: html` with ${foreignWord(query)} in the client or the reason. <a href="?">Show all</a>`;
	const number = html`${isPartial && 'at least '}${countOf(total, 'ban')}${matching}`;

	return entries.length < total ? html`${countText(entries.length)} of ${number}` : number;
}

function emptyText({error}: DashboardData['bans'], query: string | undefined): Html | undefined {
	if (error !== undefined) {
		return undefined;
	}

	return query === undefined
		? html`<p class="empty">Nobody is banned. Clients appear here when they are reported often enough, or when you ban them with the form.</p>`
		: html`<p class="empty">No ban matches the search.</p>`;
}
