import test from 'ava';
import {type BanRule, gatekeeper, type Standing} from '../../source/index.ts';
import {type ClockedStore, onEveryStore} from '../support/every-store.ts';
import {bansOf, type GatedApp, gatedApp} from '../support/gated-app.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const banRule: BanRule = {count: 2, window: 60, duration: ['10m', '1h', '1d'], forgetAfter: '7d'};

/** An app whose `/wrong` reports, and a function that reports until the client is banned. */
function reported({store}: ClockedStore, rule: BanRule = banRule) {
	const app = gatedApp({store, banRule: rule, excludedMethods: []}, router => {
		router.get('/wrong', async ctx => {
			ctx.body = await ctx.report();
		});
	});
	const untilBanned = async (): Promise<Standing> => {
		await app.http.get('/wrong');
		return (await app.http.get('/wrong')).body;
	};

	return {app, untilBanned};
}

const strikeOf = async (app: GatedApp) => (await bansOf(app))[0]?.strike;

onEveryStore('each ban of a client lasts longer, up to the last duration', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked);
	const lasts = [600, 3600, 86_400, 86_400];

	for (const [index, seconds] of lasts.entries()) {
		t.like(await untilBanned(), {banned: true, retryAfter: seconds});
		t.is(await strikeOf(app), index + 1);
		t.is((await app.http.get('/ping')).headers['retry-after'], String(seconds));
		await clocked.pass(seconds * 1000);
	}
});

onEveryStore('bans are forgotten a while after the end of the last one', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked);
	await untilBanned();
	await clocked.pass(10 * MINUTE + 7 * DAY - 1);
	t.like(await untilBanned(), {retryAfter: 3600}, 'just remembered');
	await clocked.pass(HOUR + 7 * DAY);
	t.like(await untilBanned(), {retryAfter: 600}, 'forgotten');
	t.is(await strikeOf(app), 1);
});

onEveryStore('by default they are remembered for a day', async (t, clocked) => {
	const {untilBanned} = reported(clocked, [2, 60, ['10m', '1h']]);
	await untilBanned();
	await clocked.pass(10 * MINUTE + DAY - 1);
	t.like(await untilBanned(), {retryAfter: 3600});
	await clocked.pass(HOUR + DAY);
	t.like(await untilBanned(), {retryAfter: 600});
});

onEveryStore('unban forgives, reset does not', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked);
	await untilBanned();
	await app.gate.reset('127.0.0.1');
	t.is(await strikeOf(app), 1);
	await clocked.pass(10 * MINUTE);
	await app.gate.reset('127.0.0.1');
	t.like(await untilBanned(), {retryAfter: 3600});
	await app.gate.unban('127.0.0.1');
	t.like(await untilBanned(), {retryAfter: 600});
});

onEveryStore('a ban by hand neither counts nor climbs', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked);
	await untilBanned();
	await app.gate.ban('127.0.0.1');
	t.deepEqual(
		await bansOf(app),
		[{client: '127.0.0.1', by: 'hand', retryAfter: 600}],
		'the first duration',
	);
	await clocked.pass(10 * MINUTE);
	t.like(await untilBanned(), {retryAfter: 3600}, 'the second ban by reports');
	t.is(await strikeOf(app), 2);
});

onEveryStore('reports during a ban earn no strike', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked);
	await untilBanned();
	for (let report = 0; report < 5; report += 1) {
		t.deepEqual(await app.gate.report('127.0.0.1'), {reports: 0, banned: true, retryAfter: 600});
	}

	await clocked.pass(10 * MINUTE);
	t.like(await untilBanned(), {retryAfter: 3600});
});

onEveryStore('a ban rule with one duration shows no strike', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked, [2, 60, 600]);
	await untilBanned();
	t.deepEqual(await bansOf(app), [{client: '127.0.0.1', by: 'reports', retryAfter: 600}]);
});

onEveryStore('the last duration may be endless', async (t, clocked) => {
	const {app, untilBanned} = reported(clocked, [2, 60, ['10m', Infinity]]);
	await untilBanned();
	await clocked.pass(10 * MINUTE);
	await untilBanned();
	t.deepEqual(await bansOf(app), [
		{client: '127.0.0.1', by: 'reports', strike: 2, retryAfter: Infinity},
	]);
});

test('bad durations fail at start-up', t => {
	const bad: ReadonlyArray<[rule: unknown, message: string]> = [
		[[1, 1, []], '`banRule.duration` must be a duration or a list of at least one, got []'],
		[
			[1, 1, [1, 0]],
			"`banRule.duration[1]` must be seconds above 0 or a duration such as '10m', got 0",
		],
		[
			[1, 1, [undefined, 1]],
			"`banRule.duration[0]` must be seconds above 0 or a duration such as '10m', got undefined",
		],
		[
			{count: 1, window: 1, duration: 1, forgetAfter: 1},
			"`banRule.forgetAfter` needs a list of durations such as ['10m', '1h']: with one, every ban lasts the same",
		],
		[
			{count: 1, window: 1, duration: [1, 2], forgetAfter: '366d'},
			"`banRule.forgetAfter` must be seconds above 0 or a duration such as '10m', at most 365 days, got '366d'",
		],
	];
	for (const [rule, message] of bad) {
		t.throws(() => gatekeeper({banRule: rule as BanRule}), {instanceOf: TypeError, message});
	}

	t.notThrows(() =>
		gatekeeper({banRule: {count: 1, window: 1, duration: [1], forgetAfter: '365d'}}),
	);
});
