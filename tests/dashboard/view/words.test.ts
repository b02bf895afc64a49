import test from 'ava';
import type {DashboardData, KnownClient} from '../../../source/dashboard/json/dashboard-json.ts';
import {foundSection} from '../../../source/dashboard/view/found.ts';
import {headline} from '../../../source/dashboard/view/headline.ts';
import {historySection} from '../../../source/dashboard/view/history.ts';
import {type Html, html} from '../../../source/dashboard/view/html.ts';
import {countOf, shareText} from '../../../source/dashboard/view/numbers.ts';
import {durationText, endTime, pastTime} from '../../../source/dashboard/view/times.ts';
import {causeInSentence, causeTitle} from '../../../source/dashboard/view/verdict-words.ts';
import {attack, empty, historyOf, NOW} from '../../support/dashboard/sample-data.ts';

/** What a reader sees of markup. */
function textOf(markup: Html): string {
	return String(markup)
		.replace(/<[^>]*>/g, '')
		.trim();
}

test('numbers are grouped, and a share is never nothing or all unless it is', t => {
	t.is(countOf(1, 'ban'), '1 ban');
	t.is(countOf(12_345, 'ban'), '12,345 bans');
	t.is(shareText(0, 9), '0%');
	t.is(shareText(1, 1000), 'less than 1%');
	t.is(shareText(312, 1240), '25%');
	t.is(shareText(999, 1000), 'more than 99%');
	t.is(shareText(9, 9), '100%');
});

test('durations are whole numbers of the largest unit that fits twice', t => {
	const texts = [0, 1.4, 119, 120, 599, 7199, 7200, 172_799, 172_800, 9_000_000].map(durationText);

	t.deepEqual(texts, [
		'0 s',
		'1 s',
		'119 s',
		'2 min',
		'10 min',
		'120 min',
		'2 h',
		'48 h',
		'2 days',
		'104 days',
	]);
});

test('a time is told from now, with its exact date', t => {
	t.regex(
		String(endTime(540, NOW)),
		/^<time datetime="2026-11-29T14:14:12.000Z" title="29 Nov 2026, [^"]+">in 9 min<\/time>$/,
	);
	t.is(textOf(pastTime(NOW - 61_000, NOW)), '61 s ago');
	t.is(textOf(pastTime(NOW + 500, NOW)), 'just now');
	t.is(String(endTime(null, NOW)), 'never');
	t.is(String(endTime(1e300, NOW)).includes('Invalid'), false);
});

test('the headline says what went on during the last minute', t => {
	const during = (counts: Parameters<typeof historyOf>[0], dryRun = false) =>
		textOf(headline({...empty, dryRun, history: historyOf(counts)}));

	t.is(
		during(() => ({})),
		'None refused No requests during the last hour.',
	);
	t.is(
		during(age => ({admitted: age === 9 ? 1 : 0})),
		'None refused No requests during the last minute.',
	);
	t.is(
		during(age => ({admitted: age === 5 ? 1 : 0})),
		'None refused The one request of the last minute was admitted.',
	);
	t.is(
		during(() => ({admitted: 200})),
		'None refused All 1,200 requests of the last minute were admitted.',
	);
	t.is(
		during(age => ({admitted: 10, denied: age === 0 ? 1 : 0})),
		'Some refused 1 of 61 requests during the last minute was refused (2%).',
	);
	t.is(
		during(() => ({admitted: 9, limited: 4}), true),
		'Would refuse many 24 of 78 requests during the last minute would have been refused (31%).',
	);
});

test('refusals are many from 20 a minute on, if they are a fifth of the requests', t => {
	const levelOf = (admitted: number, banned: number) =>
		/data-level="(\w+)"/.exec(
			String(
				headline({...empty, history: historyOf(age => (age === 0 ? {admitted, banned} : {}))}),
			),
		)?.[1];

	t.is(levelOf(0, 19), 'some');
	t.is(levelOf(80, 20), 'many');
	t.is(levelOf(81, 20), 'some');
	t.is(levelOf(5, 0), 'none');
});

test('the headline names the client that was refused most, and how many are banned', t => {
	const further = (data: Partial<DashboardData>) =>
		textOf(headline({...attack, ...data})).replace(/^.*\(33%\)\.\s*/, '');
	const bans = (inForce: number, isPartial = false) => ({
		bans: {...attack.bans, inForce, isPartial},
	});

	t.is(
		further({}),
		'Refused most this hour: 203.0.113.9, last limited by global. 6 clients are banned.',
	);
	t.is(
		further({dryRun: true, ...bans(1)}),
		'Would have been refused most this hour: 203.0.113.9, last limited by global. 1 client is banned.',
	);
	t.is(further({clients: [], ...bans(10_000, true)}), 'At least 10,000 clients are banned.');
	t.is(further({clients: [], ...bans(0)}), '');
});

test('each cause of a refusal has words of its own', t => {
	const causes = [
		{kind: 'limited', rule: 'login'},
		{kind: 'banned', rule: 'ban', by: 'reports'},
		{kind: 'banned', rule: '', by: 'reports'},
		{kind: 'banned', rule: '', by: 'hand'},
		{kind: 'denied', rule: ''},
		{kind: 'unavailable', rule: ''},
	] as const;

	t.deepEqual(
		causes.map(cause => [textOf(causeTitle(cause)), textOf(causeInSentence(cause))]),
		[
			['Over the limit login', 'limited by login'],
			['Banned after reports (ban)', 'banned after reports'],
			['Banned after reports', 'banned after reports'],
			['Banned by hand', 'banned by hand'],
			['On the deny list', 'denied'],
			['Store failing', 'refused while the store was failing'],
		],
	);
});

test('the card of a client in a banned range names the range, and unbans it by its name', t => {
	const ban = {client: '203.0.113.0/24', by: 'hand', retryAfter: null} as const;
	const known = {query: '203.0.113.7', client: '203.0.113.7', reports: 1, strike: 2, limits: []};
	const shown = (found: KnownClient) =>
		textOf(foundSection({...attack, found}) ?? html``).replace(/\s+/g, ' ');

	t.regex(
		shown({...known, ban}),
		/Banned ?By hand Range ?203\.0\.113\.0\/24 Ends ?never Reports ?1 Bans by reports ?2 Unban 203\.0\.113\.0\/24 Reset the counts/,
	);
	t.notRegex(shown({...known, ban: {...ban, client: '203.0.113.7'}}), /Range/);
	t.regex(shown({...known, strike: 0}), /Banned ?no Reports ?1 Reset/);
});

test('the legend tells refused requests from bans, and of those without a client if there are any', t => {
	const legend = (unidentified: readonly number[], dryRun = false) =>
		textOf(historySection({...attack, dryRun, history: {...attack.history, unidentified}}))
			.replace(/\s+/g, ' ')
			.replace(/ The last hour as a table.*/, '');

	t.regex(
		legend([0]),
		/Admitted 76,741 Refused: over a limit 5,442 banned 2,028 denied 65 store failing 60$/,
	);
	t.regex(
		legend([0, 2], true),
		/Would be refused: over .* Without a client \(400 or 431\), this hour: 2$/,
	);
});

test('the page says since when its process counts', t => {
	const shown = (since: number) => textOf(historySection({...attack, process: {id: 812, since}}));
	t.regex(shown(NOW - 3_600_000), /This process \(pid 812\), since \d\d:\d\d\s/);
	t.regex(shown(NOW - 10 * 86_400_000), /since \d\d Nov, \d\d:\d\d\s/);
});
