import {Script} from './script.ts';
import {admit} from './scripts/admit.ts';
import {ban} from './scripts/ban.ts';
import {serverClock} from './scripts/clock.ts';
import {report} from './scripts/report.ts';
import {reset} from './scripts/reset.ts';
import {show} from './scripts/show.ts';
import {unban} from './scripts/unban.ts';

const bodies = {admit, report, ban, unban, reset, show};

export type Scripts = Readonly<Record<keyof typeof bodies, Script>>;

/** @param prelude tells the scripts the time */
export function scripts(prelude = serverClock): Scripts {
	const made = Object.entries(bodies).map(([name, body]) => [name, new Script(prelude + body)]);

	return Object.fromEntries(made) as Scripts;
}
