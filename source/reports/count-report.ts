import {wholeSeconds} from '../checks/duration.ts';
import {check} from '../checks/option-checks.ts';
import type {Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {Report} from '../stores/ban-records.ts';
import type {GateStore} from '../stores/guard/gate-store.ts';
import {checkReason} from '../stores/reason.ts';

/** @throws {TypeError} naming the option */
export function checkReport({
	weight = 1,
	reason,
}: {
	readonly weight?: unknown;
	readonly reason?: unknown;
}): Report {
	check(isWeight, weight, 'weight', 'a whole number above 0');

	return {weight, ...checkReason(reason)};
}

/**
 * Counts a report. Returns how the client stands then.
 *
 * @param store what counts it: the gate's store for a handler, its commands for an operator
 */
export async function countReport(
	store: Pick<GateStore, 'report'>,
	{banRule, warn}: Pick<Settings, 'banRule' | 'warn'>,
	client: string,
	report: Report,
): Promise<Standing> {
	if (banRule === undefined) {
		warn('GATEKEEPER_NO_BAN_RULE', 'gatekeeper() was given');
		return {reports: 0, banned: false, immune: 'no-ban-rule'};
	}

	const {reports, banEndsInMs} = await store.report(client, banRule, report);

	return banEndsInMs === undefined
		? {reports, banned: false}
		: {reports, banned: true, retryAfter: wholeSeconds(banEndsInMs)};
}

function isWeight(given: unknown): given is number {
	return Number.isSafeInteger(given) && Number(given) > 0;
}
