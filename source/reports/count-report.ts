import {wholeSeconds} from '../checks/duration.ts';
import {check} from '../checks/option-checks.ts';
import type {Standing} from '../context.ts';
import type {Settings} from '../options/settings.ts';
import type {GuardedStore} from '../stores/guard/guarded-store.ts';
import {checkReason} from '../stores/reason.ts';
import type {Report} from '../stores/store.ts';

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
 * Counts a report, and tells how the client then stands.
 *
 * @param store the guarded store for a handler's reports; what fails with the store for an operator's
 */
export async function reportClient(
	store: Pick<GuardedStore, 'admit' | 'report'>,
	{banRule, warn}: Settings,
	client: string,
	report: Report,
): Promise<Standing> {
	if (banRule === undefined) {
		warn(
			'GATEKEEPER_NO_BAN_RULE',
			() => 'A report was not counted: gatekeeper() was given no banRule',
		);
		const verdict = await store.admit(client, [], {});
		const banEndsInMs = verdict.kind === 'banned' ? verdict.endsInMs : undefined;
		return {...standing(0, banEndsInMs), immune: 'no-ban-rule'};
	}

	const {reports, banEndsInMs} = await store.report(client, banRule, report);

	return standing(reports, banEndsInMs);
}

function standing(reports: number, banEndsInMs: number | undefined): Standing {
	return banEndsInMs === undefined
		? {reports, banned: false}
		: {reports, banned: true, retryAfter: wholeSeconds(banEndsInMs)};
}

function isWeight(given: unknown): given is number {
	return Number.isSafeInteger(given) && Number(given) > 0;
}
