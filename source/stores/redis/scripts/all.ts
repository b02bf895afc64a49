import {admit} from './admit.ts';
import {ban} from './ban.ts';
import {giveBack} from './give-back.ts';
import {inspect} from './inspect.ts';
import {banRange, showRanges, unbanRange} from './ranges.ts';
import {report} from './report.ts';
import {reset} from './reset.ts';
import {Script} from './script.ts';
import {show} from './show.ts';
import {unban} from './unban.ts';

/** All scripts of the store. */
export type Scripts = ReturnType<typeof scripts>;

/** @param prelude what each script begins with: it defines the time, `now` */
export function scripts(prelude: string) {
	const script = (body: string) => new Script(prelude + body);

	return {
		admit: script(admit),
		giveBack: script(giveBack),
		report: script(report),
		ban: script(ban),
		unban: script(unban),
		reset: script(reset),
		show: script(show),
		inspect: script(inspect),
		banRange: script(banRange),
		unbanRange: script(unbanRange),
		showRanges: script(showRanges),
	};
}
