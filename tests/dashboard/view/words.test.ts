import test from 'ava';
import {headline} from '../../../source/dashboard/view/headline.ts';
import type {Html} from '../../../source/dashboard/view/html.ts';
import {countOf, shareText} from '../../../source/dashboard/view/numbers.ts';
import {durationText, endTime, pastTime} from '../../../source/dashboard/view/times.ts';
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
		textOf(headline({...attack, clients: [], dryRun, history: historyOf(counts)}));

	t.is(textOf(headline(empty)), 'Quiet No requests during the last hour.');
	t.is(
		during(age => ({admitted: age === 9 ? 1 : 0})),
		'Quiet No requests during the last minute.',
	);
	t.is(
		during(age => ({admitted: age === 5 ? 1 : 0})),
		'Quiet The one request of the last minute was admitted.',
	);
	t.is(
		during(() => ({admitted: 200})),
		'Quiet All 1,200 requests of the last minute were admitted.',
	);
	t.is(
		during(age => ({admitted: 10, denied: age === 0 ? 1 : 0})),
		'Refusing some 1 of 61 requests during the last minute was refused (2%).',
	);
	t.is(
		during(() => ({admitted: 9, limited: 1}), true),
		'Refusing many 6 of 60 requests during the last minute would have been refused (10%).',
	);
});

test('the headline names the busiest client, if it was refused during the last minute', t => {
	const [client] = attack.clients;
	t.truthy(client);
	const clients = client === undefined ? [] : [{...client, lastAt: NOW - 60_000}, client];

	t.regex(
		textOf(headline({...attack, clients})),
		/The busiest: 203\.0\.113\.9, limited by global\.$/,
	);
	t.notRegex(textOf(headline({...attack, clients: clients.slice(0, 1)})), /busiest/);
});
