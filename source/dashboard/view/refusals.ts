import type {DashboardData} from '../json/dashboard-json.ts';
import {type Html, html} from './html.ts';
import {clientLink, entryKey, foreignWord} from './names.ts';
import {countText} from './numbers.ts';
import {pastTime} from './times.ts';
import {type RefusingVerdict, refusedBy, verdictLabels} from './verdict-words.ts';

/** How many clients are shown. The JSON has more. */
const SHOWN = 10;

/** By which rule requests were refused during the last hour. */
export function rulesSection({rules, now}: DashboardData): Html {
	return html`<section class="card" id="rules" aria-labelledby="rules-title">
		<h2 id="rules-title">Refused by</h2>
		${
			rules.length === 0
				? html`<p class="empty">No rule has refused a request during the last hour. To see one here, send more requests than a limit allows.</p>`
				: html`<table>
			<caption class="unseen">What refused requests during the last hour, the busiest first</caption>
			<thead><tr><th scope="col">Rule</th><th scope="col" class="right">Refused</th><th scope="col" class="right">Last</th></tr></thead>
			<tbody>${rules.map(
				({kind, rule, refused, lastAt}) =>
					html`<tr data-key="${kind} ${entryKey(rule)}"><th scope="row">${ruleName(kind, rule)}</th><td class="right">${countText(refused)}</td><td class="right quiet">${pastTime(lastAt, now)}</td></tr>`,
			)}</tbody>
		</table>`
		}
	</section>`;
}

function ruleName(kind: RefusingVerdict, rule: string): Html {
	const dot = html`<span class="swatch" data-verdict="${kind}"></span>`;
	if (rule === '') {
		return html`${dot}${kind === 'banned' ? 'Banned by hand' : verdictLabels[kind]}`;
	}

	return html`${dot}${foreignWord(rule)} <span class="quiet">${verdictLabels[kind].toLowerCase()}</span>`;
}

/** Who was refused most. */
export function clientsSection({clients, now}: DashboardData): Html {
	return html`<section class="card" id="clients" aria-labelledby="clients-title">
		<h2 id="clients-title">Refused most</h2>
		${
			clients.length === 0
				? html`<p class="empty">Nobody was refused during the last hour. Clients appear here when they are over a limit, banned or denied.</p>`
				: html`<table class="cards">
			<caption class="unseen">The clients that were refused most during the last hour</caption>
			<thead><tr><th scope="col">Client</th><th scope="col" class="right">Refused</th><th scope="col" class="second">Lately</th><th scope="col" class="right">Last</th></tr></thead>
			<tbody>${clients
				.slice(0, SHOWN)
				.map(
					({client, refused, kind, rule, lastAt}) =>
						html`<tr data-key="${entryKey(client)}"><th scope="row">${clientLink(client)}</th><td class="right count">${countText(refused)}</td><td class="second"><span class="swatch" data-verdict="${kind}"></span>${refusedBy(kind, rule)}</td><td class="right quiet">${pastTime(lastAt, now)}</td></tr>`,
				)}</tbody>
		</table>`
		}
	</section>`;
}
