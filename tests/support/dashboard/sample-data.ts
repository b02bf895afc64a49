import {
	type DashboardData,
	type History,
	type VerdictName,
	verdicts,
} from '../../../source/dashboard/json/dashboard-json.ts';

/** 29 November 2026, 14:05:12 UTC. */
export const NOW = Date.UTC(2026, 10, 29, 14, 5, 12);

const STEPS = 360;
const STEP = 10;

/** A history in which each step has the counts that a function returns. It is given the steps until now. */
export function historyOf(
	countsAt: (age: number) => Partial<Record<VerdictName, number>>,
	now = NOW,
): History {
	const steps = Array.from({length: STEPS}, (_, index) => countsAt(STEPS - 1 - index));
	const columns = verdicts.map(verdict => [verdict, steps.map(counts => counts[verdict] ?? 0)]);

	return {
		step: STEP,
		start: Math.floor(now / (STEP * 1000)) * STEP * 1000 - (STEPS - 1) * STEP * 1000,
		unidentified: steps.map(() => 0),
		...(Object.fromEntries(columns) as Record<VerdictName, number[]>),
	};
}

/** A gate that has counted nothing. */
export const empty: DashboardData = {
	title: 'Gatekeeper',
	now: NOW,
	process: {id: 812, since: NOW - 7_200_000},
	dryRun: false,
	history: historyOf(() => ({})),
	rules: [],
	clients: [],
	bans: {entries: [], total: 0, inForce: 0, isPartial: false},
	store: {isFailing: false, failures: 0},
};

/** A gate that admits all requests. */
export const quiet: DashboardData = {
	...empty,
	history: historyOf(age => ({admitted: 20 + Math.round(8 * Math.sin(age / 9))})),
	you: {
		client: '127.0.0.1',
		exemption: undefined,
		peer: '127.0.0.1',
		end: 'no-ip-header',
		passed: [],
		address: '127.0.0.1',
	},
};

/** A gate under attack for a quarter of an hour. */
export const attack: DashboardData = {
	...quiet,
	history: historyOf(age => ({
		admitted: 210 + Math.round(40 * Math.sin(age / 17) + 22 * Math.sin(age * 2.7)),
		limited:
			age < 90
				? Math.round(60 + 34 * Math.sin(age / 7) + 14 * Math.sin(age * 1.9))
				: age % 37 === 0
					? 6
					: 0,
		banned: age < 70 ? Math.round(28 + 12 * Math.sin(age / 5)) : age % 53 === 0 ? 4 : 0,
		denied: age % 29 === 0 ? 5 : 0,
		unavailable: age > 200 && age < 206 ? 12 : 0,
	})),
	rules: [
		{kind: 'limited', rule: 'global', refused: 4812, lastAt: NOW - 300},
		{kind: 'banned', rule: 'banRule', by: 'reports', refused: 1934, lastAt: NOW - 2000},
		{kind: 'limited', rule: 'login', refused: 655, lastAt: NOW - 17_000},
		{kind: 'denied', rule: '', refused: 65, lastAt: NOW - 140_000},
		{kind: 'unavailable', rule: '', refused: 60, lastAt: NOW - 2_010_000},
		{kind: 'banned', rule: '', by: 'hand', refused: 12, lastAt: NOW - 2_500_000},
	],
	clients: [
		{client: '203.0.113.9', refused: 3120, kind: 'limited', rule: 'global', lastAt: NOW - 300},
		{
			client: '2001:db8:42:7::/64',
			refused: 1411,
			kind: 'banned',
			rule: 'banRule',
			by: 'reports',
			lastAt: NOW - 2000,
		},
		{client: '198.51.100.23', refused: 902, kind: 'limited', rule: 'login', lastAt: NOW - 17_000},
		{client: 'key:mallory', refused: 377, kind: 'limited', rule: 'global', lastAt: NOW - 42_000},
		{client: '192.0.2.66', refused: 65, kind: 'denied', rule: '', lastAt: NOW - 140_000},
		{
			client: '198.51.100.7',
			refused: 12,
			kind: 'banned',
			rule: '',
			by: 'hand',
			lastAt: NOW - 2_500_000,
		},
	],
	bans: {
		entries: [
			{
				client: '2001:db8:42:7::/64',
				by: 'reports',
				reason: 'wrong password',
				retryAfter: 544,
				strike: 1,
			},
			{client: '203.0.113.144', by: 'reports', reason: 'HTTP 404', retryAfter: 3410, strike: 2},
			{
				client: '198.51.100.0/24',
				by: 'hand',
				reason: 'scrapers of the price list, see ticket 4411',
				retryAfter: 76_000,
			},
			{client: 'key:mallory', by: 'hand', reason: 'stolen card', retryAfter: null},
			{client: '192.0.2.201', by: 'reports', reason: '/wp-login.php', retryAfter: 41, strike: 1},
			{client: '203.0.113.77', by: 'hand', retryAfter: 590_000},
		],
		total: 6,
		inForce: 6,
		isPartial: false,
	},
	you: {
		client: '192.0.2.10',
		exemption: 'allowed',
		peer: '10.0.0.2',
		header: 'x-forwarded-for',
		value: '192.0.2.10, 10.0.0.7',
		end: 'client',
		passed: ['10.0.0.7'],
		address: '192.0.2.10',
	},
};

/** The same while its store fails, in a dry run. */
export const failing: DashboardData = {
	...attack,
	dryRun: true,
	bans: {...attack.bans, error: 'connect ECONNREFUSED 127.0.0.1:6379'},
	store: {isFailing: true, failures: 214, error: 'connect ECONNREFUSED 127.0.0.1:6379'},
};

/** The same with a client that was searched for. */
export const found: DashboardData = {
	...attack,
	found: {
		query: '203.0.113.144',
		client: '203.0.113.144',
		ban: {client: '203.0.113.144', by: 'reports', reason: 'HTTP 404', retryAfter: 3410, strike: 2},
		reports: 0,
		strike: 2,
		limits: [
			{name: 'global', count: 100, window: 60, remaining: 37},
			{name: 'login', count: 5, window: 600, remaining: 0, retryAfter: 312},
		],
		explanation: {
			client: '203.0.113.144',
			exemption: undefined,
			peer: '10.0.0.2',
			header: 'x-forwarded-for',
			value: '1.2.3.4, 203.0.113.144, 10.0.0.7',
			end: 'client',
			passed: ['10.0.0.7'],
			address: '203.0.113.144',
		},
	},
};
