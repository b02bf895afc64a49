/* A bot guesses passwords every day of a week, and comes back as soon as each ban is over. */
import type {BanRule} from '../../../source/index.ts';
import {credentials, logIn} from '../../support/accounts.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {bansOf} from '../../support/gated-app.ts';
import {visitedApp} from '../../support/visitors.ts';

const SECOND = 1000;
const DAY = 86_400;

const banRule: BanRule = {
	count: 5,
	window: '10m',
	duration: ['10m', '1h', '6h', '1d'],
	forgetAfter: '3d',
};

onEveryStore(
	'a week of attacks: each ban lasts longer, and after three quiet days all is forgotten',
	async (t, {store, pass: passMs}) => {
		let now = 0;
		const pass = async (seconds: number) => {
			now += seconds;
			await passMs(seconds * SECOND);
		};
		const {visitor, gate} = await visitedApp(t, {store, banRule, reportWhen: [401]}, router =>
			router.post('/login', logIn),
		);
		const [bot, carol] = [visitor('203.0.113.7'), visitor('198.51.100.1')];
		/** Guesses until it is banned, and returns how long it has to wait. */
		const attack = async () => {
			for (let guess = 0; guess < 5; guess += 1) {
				t.is((await bot.post('/login', credentials('carol', `guess ${guess}`))).status, 401);
			}

			const {status, headers} = await bot.post('/login', credentials('carol', 'right'));
			t.is(status, 403);
			return Number(headers['retry-after']);
		};
		/** Attacks until the day is over, and returns how long each of its bans lasts. */
		const attackAllDay = async (day: number) => {
			const waits: number[] = [];
			while (now < day * DAY) {
				const wait = await attack();
				waits.push(wait);
				await pass(wait);
			}

			return waits;
		};

		const week: number[][] = [];
		for (let day = 1; day <= 7; day += 1) {
			week.push(await attackAllDay(day));
			t.is((await carol.post('/login', credentials('carol', 'rihgt'))).status, 401);
			t.is((await carol.post('/login', credentials('carol', 'right'))).status, 200);
		}

		const [ten, hour, six] = [600, 3600, 6 * 3600];
		t.deepEqual(week, [[ten, hour, six, DAY], [DAY], [DAY], [DAY], [DAY], [DAY], [DAY]]);

		await pass(3 * DAY - 1);
		t.is(await attack(), DAY, 'it is still known');
		t.deepEqual(await bansOf({gate}), [
			{client: '203.0.113.7', by: 'reports', reason: 'HTTP 401', retryAfter: DAY, strike: 11},
		]);
		await pass(DAY);
		await pass(3 * DAY);
		t.is(await attack(), ten, 'forgotten');
		t.like(await bansOf({gate}), [{strike: 1}]);
	},
);

onEveryStore(
	'a week of attacks each morning: a day of rest is not enough to be forgotten',
	async (t, {store, pass}) => {
		const {visitor} = await visitedApp(t, {store, banRule, reportWhen: [401]}, router =>
			router.post('/login', logIn),
		);
		const bot = visitor('203.0.113.7');
		const week: Array<string | undefined> = [];
		for (let day = 1; day <= 7; day += 1) {
			for (let guess = 0; guess < 5; guess += 1) {
				await bot.post('/login', credentials('carol', `guess ${guess}`));
			}

			week.push((await bot.get('/ping')).headers['retry-after']);
			await pass(DAY * SECOND);
		}

		t.deepEqual(week, ['600', '3600', '21600', '86400', '86400', '86400', '86400']);
	},
);
