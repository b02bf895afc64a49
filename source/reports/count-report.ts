import type {Context} from 'koa';
import {secondsLeft} from '../checks/duration.ts';
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
 * @param ctx absent for an operator
 */
export async function countReport(
	store: Pick<GateStore, 'report'>,
	{banRule, telemetry, warn}: Pick<Settings, 'banRule' | 'telemetry' | 'warn'>,
	client: string,
	report: Report,
	ctx?: Context,
): Promise<Standing> {
	if (banRule === undefined) {
		warn('GATEKEEPER_NO_BAN_RULE', 'gatekeeper() was given');
		return {reports: 0, banned: false, immune: 'no-ban-rule'};
	}

	const outcome = await store.report(client, banRule, report);
	telemetry.reported(client, report, outcome, ctx);
	const {reports, banEndsInMs} = outcome;

	return banEndsInMs === undefined
		? {reports, banned: false}
		: {reports, banned: true, retryAfter: secondsLeft(banEndsInMs)};
}

function isWeight(given: unknown): given is number {
	return Number.isSafeInteger(given) && Number(given) > 0;
}
