/* The page's script: the page works without it, but stands still. */

import {drawChart} from './chart.ts';
import {holdOrder} from './hold-order.ts';
import {showLive} from './live.ts';
import {poll} from './poll.ts';
import {searchInPlace} from './search.ts';
import {sendChanges} from './send-forms.ts';
import {show} from './show.ts';
import {speakHeadline} from './speak.ts';

const chart = document.getElementById('chart');
const draw = chart === null ? undefined : drawChart(chart);
document.getElementById('history-table')?.removeAttribute('open');

const poller = poll(
	data => {
		show(holdOrder(data));
		draw?.(data.history);
		speakHeadline();
	},
	showLive(() => poller),
);
searchInPlace(poller.now);
sendChanges(poller.now);
