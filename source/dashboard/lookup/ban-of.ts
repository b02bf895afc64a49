import type {OptionError} from '../../checks/option-checks.ts';
import type {ClientName} from '../../client/client-name.ts';
import {namedRange} from '../../client/range-name.ts';
import type {Gatekeeper} from '../../gatekeeper.ts';
import type {BanEntry} from '../json/dashboard-json.ts';
import {banEntry} from '../observations/ban-entry.ts';
import type {Bans} from '../observations/bans.ts';
import {isAboutClient} from './no-client.ts';

/** The ban that holds a client or a range. */
export interface HoldingBan {
	readonly ban: BanEntry;
	/** Whether it is the ban of a range that the client is in. */
	readonly isOfRange: boolean;
}

/**
 * The ban of a client or a range, if there is one. That of a range may have begun in another process since the bans were
 * read.
 *
 * @throws {Error} (as a rejection) if the store fails
 */
export async function banOf(
	gate: Pick<Gatekeeper, 'inspect'>,
	bans: Bans,
	name: ClientName,
): Promise<HoldingBan | undefined> {
	try {
		const {client, ban} = await gate.inspect(name);
		return ban && {ban: banEntry(ban), isOfRange: ban.client !== client};
	} catch (error) {
		if (!isAboutClient(error)) {
			throw error;
		}
	}

	const cidr = rangeIn(name);
	const ban = cidr === undefined ? undefined : await bans.find(cidr);
	return ban && {ban, isOfRange: false};
}

/**
 * Whether a method of the gate has rejected since a text names nobody, not since it names one whom the gate spares.
 *
 * @param error what it rejected with
 */
export async function isNoName(
	gate: Pick<Gatekeeper, 'inspect'>,
	name: ClientName,
	error: OptionError,
): Promise<boolean> {
	try {
		await gate.inspect(name);
		return false;
	} catch (other) {
		return isAboutClient(other) && other.allowed === error.allowed;
	}
}

/** The range that a text names, as the list of bans writes it. */
export function rangeIn(name: ClientName): string | undefined {
	return namedRange(name, 128)?.cidr;
}
