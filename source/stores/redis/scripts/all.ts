import {admit} from './admit.ts';
import {ban} from './ban.ts';
import {report} from './report.ts';
import {reset} from './reset.ts';
import {Script} from './script.ts';
import {show} from './show.ts';
import {unban} from './unban.ts';

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
