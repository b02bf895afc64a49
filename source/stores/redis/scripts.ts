import {Script} from './script.ts';
import {admit} from './scripts/admit.ts';
import {ban} from './scripts/ban.ts';
import {report} from './scripts/report.ts';
import {reset} from './scripts/reset.ts';
import {show} from './scripts/show.ts';
import {unban} from './scripts/unban.ts';

/** All that the store has servers run. */
export type Scripts = ReturnType<typeof scripts>;

/** @param prelude what each begins with: it tells the time */
export function scripts(prelude: string) {
	const script = (body: string) => new Script(prelude + body);

	return {
		admit: script(admit),
		report: script(report),
		ban: script(ban),
		unban: script(unban),
		reset: script(reset),
		show: script(show),
	};
}
