import type {DashboardData} from '../json/dashboard-json.ts';
import {type Html, html} from './html.ts';
import {clientLink, entryKey} from './names.ts';
import {countText} from './numbers.ts';
import {pastTime} from './times.ts';
import {causeTitle} from './verdict-words.ts';

/** How many clients are shown. The JSON has more. */
const SHOWN = 10;

/** By which rule requests were refused during the last hour. */
export function rulesSection({rules, now}: DashboardData): Html {
	return html`<section class="card" id="rules" aria-labelledby="rules-title">
		<h2 id="rules-title">Refusals by rule</h2>
		${
			rules.length === 0
				? html`<p class="empty">No rule has refused a request during the last hour. To see one here, send more requests than a limit allows.</p>`
				: html`<table>
			<caption class="unseen">Why requests were refused during the last hour, the busiest first</caption>
			<thead><tr><th scope="col">Rule</th><th scope="col" class="right">Refused</th><th scope="col" class="right">Last refusal</th></tr></thead>
			<tbody>${rules.map(
				({refused, lastAt, ...cause}) =>
					html`<tr data-key="${cause.kind} ${cause.by} ${entryKey(cause.rule)}"><th scope="row"><span class="swatch" data-verdict="${cause.kind}"></span>${causeTitle(cause)}</th><td class="right">${countText(refused)}</td><td class="right quiet">${pastTime(lastAt, now)}</td></tr>`,
			)}</tbody>
		</table>`
		}
	</section>`;
}

/** Who was refused most. */
export function clientsSection({clients, now}: DashboardData): Html {
	return html`<section class="card" id="clients" aria-labelledby="clients-title">
		<h2 id="clients-title">Most refused clients</h2>
		${
			clients.length === 0
				? html`<p class="empty">Nobody was refused during the last hour. Clients appear here when they are over a limit, banned or denied.</p>`
				: html`<table class="cards">
			<caption class="unseen">The clients that were refused most during the last hour</caption>
			<thead><tr><th scope="col">Client</th><th scope="col" class="right">Refused</th><th scope="col" class="second">Last refusal</th><th scope="col" class="right">When</th></tr></thead>
			<tbody>${clients
				.slice(0, SHOWN)
				.map(
					({client, refused, lastAt, ...cause}) =>
						html`<tr data-key="${entryKey(client)}"><th scope="row">${clientLink(client)}</th><td class="right count">${countText(refused)}</td><td class="second"><span class="swatch" data-verdict="${cause.kind}"></span>${causeTitle(cause)}</td><td class="right quiet">${pastTime(lastAt, now)}</td></tr>`,
				)}</tbody>
		</table>`
		}
	</section>`;
}
