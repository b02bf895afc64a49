import type {DashboardData} from '../json/dashboard-json.ts';
import {type Html, html} from './html.ts';
import {foreign} from './names.ts';
import {countOf} from './numbers.ts';

/** What the operator must know before anything else. */
export function banners({dryRun, store}: DashboardData): readonly Html[] {
	return [
		...(store.isFailing
			? [
					html`<div class="banner" data-kind="failing" data-key="failing">
						<p><strong>The store is failing.</strong> The option <code>onStoreError</code> decides about requests until it recovers. ${countOf(store.failures, 'failure')} since the start.</p>
						${store.error !== undefined && html`<p class="detail">${foreign(store.error)}</p>`}
					</div>`,
				]
			: []),
		...(dryRun
			? [
					html`<div class="banner" data-kind="dry" data-key="dry">
						<p><strong>Dry run.</strong> The gate counts and bans, but refuses nothing. It has admitted what is shown as refused.</p>
					</div>`,
				]
			: []),
	];
}
