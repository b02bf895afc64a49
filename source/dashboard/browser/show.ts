import type {DashboardData} from '../json/dashboard-json.ts';
import {renderBody} from '../view/page.ts';
import {morph} from './morph.ts';

/** Shows data on the page. The focus stays where it is, or goes to the heading if its element vanishes. */
export function show(data: DashboardData): void {
	const template = document.createElement('template');
	template.innerHTML = `<div>${renderBody(data)}</div>`;
	const wanted = template.content.firstElementChild;
	const focused = document.activeElement;
	const heading = focused?.closest('section')?.querySelector<HTMLElement>('h2[tabindex]');

	if (wanted !== null) {
		morph(document.body, wanted);
	}

	if (focused instanceof HTMLElement && focused !== document.body) {
		keepFocus(focused, heading);
	}
}

function keepFocus(focused: HTMLElement, heading: HTMLElement | null | undefined): void {
	if (document.activeElement === focused) {
		return;
	}

	const target = focused.isConnected ? focused : heading;
	target?.focus({preventScroll: true});
}
