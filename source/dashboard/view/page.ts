import type {DashboardData} from '../json/dashboard-json.ts';
import {banForm, type ShownResult} from './ban-form.ts';
import {banners} from './banners.ts';
import {bansSection} from './bans.ts';
import {explanationFields, explanationSentence} from './explanation.ts';
import {foundSection} from './found.ts';
import {headline} from './headline.ts';
import {historySection} from './history.ts';
import {exact, type Html, html} from './html.ts';
import {foreign} from './names.ts';
import {clientsSection, rulesSection} from './refusals.ts';

/** The names of the files that the page loads. */
export interface AssetNames {
	readonly script: string;
	readonly style: string;
	/** Without one, browsers ask for `/favicon.ico`, which the gate may count or report as a 404. */
	readonly icon: string;
}

/**
 * The whole page. All links are relative queries, so that it works below any path.
 *
 * @param result the result of a change that was made without a script
 */
export function renderPage(data: DashboardData, assets: AssetNames, result?: ShownResult): string {
	return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${data.title}</title>
<link rel="icon" href="?asset=${assets.icon}" type="image/svg+xml">
<link rel="stylesheet" href="?asset=${assets.style}">
<script type="module" src="?asset=${assets.script}" blocking="render"></script>
</head>
<body>
${renderBody(data, result)}
</body>
</html>
`);
}

/** All that changes as time goes on. The script renders it anew and replaces what differs. */
export function renderBody(data: DashboardData, result?: ShownResult): Html {
	return html`<a class="skip" href="#main">Skip to the content</a>
<header class="top" id="top">
	<h1>${data.title}</h1>
	<p class="live" id="live" data-keep></p>
	${searchForm(data)}
</header>
<main id="main" tabindex="-1">
	<p class="unseen" id="spoken" role="status" data-keep></p>
	${banners(data)}
	${changeProblem(result)}
	${headline(data)}
	${foundSection(data)}
	${historySection(data)}
	<div class="pair refusals">
		${rulesSection(data)}
		${clientsSection(data)}
	</div>
	<div class="pair wide-first">
		${bansSection(data)}
		${banForm(result)}
	</div>
</main>
<footer id="foot">${yourself(data)}</footer>`;
}

function searchForm({found}: DashboardData): Html {
	return html`<form method="get" action="?" role="search" class="search" id="search-form" data-keep>
	<label class="unseen" for="search">Look up a client</label>
	<input id="search" name="client" value="${found && exact(found.query)}" placeholder="Address, range, key or reason" autocomplete="off" autocapitalize="off" spellcheck="false"><button type="submit">Look up</button>
</form>`;
}

/** Errors of buttons in lists. Those of the form for bans stand beside its fields. */
function changeProblem(result: ShownResult | undefined): Html | undefined {
	if (result === undefined || result.action === 'ban') {
		return undefined;
	}

	return html`<p class="banner" data-kind="failing" role="alert">${result.error?.message ?? result.message}</p>`;
}

function yourself({you}: DashboardData): Html {
	return you === undefined
		? html`<p>This page is not behind the gate, so the gate does not see you.</p>`
		: html`<p>The gate sees you as ${foreign(you.client)}. ${explanationSentence(you)}</p>
	<details id="you"><summary>Details</summary>${explanationFields(you)}</details>`;
}
