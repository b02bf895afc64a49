import {clientKey} from './client/client-key.ts';
import type {Standing} from './context.ts';
import {wholeSeconds} from './duration.ts';
import {badOption, namedOptions} from './option-checks.ts';
import type {Settings} from './settings.ts';
import type {GuardedStore} from './stores/guarded-store.ts';
import type {Report, Store} from './stores/store.ts';

/** A report as its caller gave it, checked. */
export interface CheckedReport extends Report {
	/** The canonical key; undefined where no client was named. */
	readonly client: string | undefined;
}

/** @throws {TypeError} naming the option */
export function checkReport(given: unknown): CheckedReport {
	const {
		client,
		weight = 1,
		reason,
	} = namedOptions(given, ['client', 'weight', 'reason'], 'report()');
	if (!Number.isSafeInteger(weight) || Number(weight) < 1) {
		throw badOption('weight', 'a whole number above 0', weight);
	}

	return {
		client: client === undefined ? undefined : clientKey(client),
		weight: Number(weight),
		...checkReason(reason),
	};
}

/** @throws {TypeError} for a reason that is not text */
export function checkReason(reason: unknown): {reason?: string} {
	if (reason === undefined) {
		return {};
	}

	if (typeof reason !== 'string') {
		throw badOption('reason', 'text', reason);
	}

	return {reason};
}

/**
 * Counts a report, and tells how the client then stands.
 *
 * @param store the guarded store for a handler's reports, the store itself for an operator's
 */
export async function reportClient(
	store: GuardedStore | Store,
	{banRule, warn}: Settings,
	client: string,
	report: Report,
): Promise<Standing> {
	if (banRule === undefined) {
		warn('GATEKEEPER_NO_BAN_RULE', 'A report was not counted: gatekeeper() was given no banRule');
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
