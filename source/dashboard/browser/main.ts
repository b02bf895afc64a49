/* The page's script: the page works without it, but stands still. */

import {drawChart} from './chart.ts';
import {fillBanForm} from './fill-ban-form.ts';
import {holdOrder} from './hold-order.ts';
import {showLive} from './live.ts';
import {noteProcess} from './note-process.ts';
import {poll} from './poll.ts';
import {searchInPlace} from './search.ts';
import {sendForms} from './send-forms.ts';
import {show} from './show.ts';
import {speakHeadline} from './speak.ts';

const chart = document.getElementById('chart');
const draw = chart === null ? undefined : drawChart(chart);
document.getElementById('history-table')?.removeAttribute('open');

const poller = poll(
	data => {
		show(holdOrder(data));
		noteProcess(data);
		draw?.(data.history);
		speakHeadline();
	},
	showLive(() => poller),
);
searchInPlace(poller.now);
sendForms(poller.now);
fillBanForm();
