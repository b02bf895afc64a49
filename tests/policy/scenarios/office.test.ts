/* Thirty people of an office share one address. One of them, Bob, mistypes his password. */
import type {ExecutionContext} from 'ava';
import {
	type GatekeeperOptions,
	type LimitRules,
	type Store,
	specific,
} from '../../../source/index.ts';
import {accountOf, credentials, logIn} from '../../support/accounts.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {passOn} from '../../support/handlers.ts';
import {latch} from '../../support/latch.ts';
import {repeat} from '../../support/recipe.ts';
import {tally, visitedApp} from '../../support/visitors.ts';

async function office(
	t: ExecutionContext,
	options: GatekeeperOptions & {readonly store: Store},
	limit = passOn,
	checks: () => Promise<void> = async () => {},
) {
	const {visitor} = await visitedApp(t, options, router => {
		router.post('/login', limit, async ctx => {
			await checks();
			logIn(ctx);
		});
	});
	const {get, post} = visitor('203.0.113.7');

	return {
		/** Bob mistypes some times, and then gets it right. */
		bobLogsInAfter: async (mistakes: number) => [
			...(await repeat(mistakes, () => post('/login', credentials('bob', 'rihgt')))),
			(await post('/login', credentials('bob', 'right'))).status,
		],
		/** His 29 colleagues log in, one after the other. */
		colleaguesLogIn: async () => {
			const seen: number[] = [];
			for (let number = 1; number < 30; number += 1) {
				seen.push((await post('/login', credentials(`colleague ${number}`, 'right'))).status);
			}

			return tally(seen);
		},
		/** They log in in parallel. Tells of each refusal how many there are by then. */
		colleaguesLogInAtOnce: async (onRefused: (refused: number) => void) => {
			let refused = 0;
			const logins = Array.from({length: 29}, async (_, number) => {
				const {status} = await post('/login', credentials(`colleague ${number}`, 'right'));
				if (status === 429) {
					refused += 1;
					onRefused(refused);
				}

				return status;
			});

			return tally(await Promise.all(logins));
		},
		/** Somebody who is logged in already. */
		colleagueReads: async () => (await get('/ping')).status,
	};
}

const failures: LimitRules = {count: 5, window: '15m', name: 'failures', countWhen: [401]};

onEveryStore(
	'an office under a plain limit of logins: most are turned away',
	async (t, {store}) => {
		const people = await office(t, {store}, specific({count: 5, window: '15m', name: 'logins'}));

		t.deepEqual(await people.bobLogsInAfter(3), [401, 401, 401, 200]);
		t.deepEqual(await people.colleaguesLogIn(), {200: 1, 429: 28});
		t.is(await people.colleagueReads(), 200);
	},
);

onEveryStore(
	'an office under a limit of failures: all go in, unless one person fails too often',
	async (t, {store, pass}) => {
		const people = await office(t, {store}, specific(failures));

		t.deepEqual(await people.bobLogsInAfter(3), [401, 401, 401, 200]);
		t.deepEqual(await people.colleaguesLogIn(), {200: 29});
		t.deepEqual(await people.bobLogsInAfter(3), [401, 401, 429, 429], 'after lunch');
		t.deepEqual(await people.colleaguesLogIn(), {429: 29}, 'nobody can log in');
		t.is(await people.colleagueReads(), 200, 'who is logged in goes on');
		await pass(15 * 60_000);
		t.deepEqual(await people.colleaguesLogIn(), {200: 29});
	},
);

onEveryStore(
	'an office under a limit of failures for each account: only who fails must wait',
	async (t, {store}) => {
		const people = await office(t, {store}, specific(failures, {key: accountOf}));

		t.deepEqual(await people.bobLogsInAfter(6), [...Array(5).fill(401), 429, 429]);
		t.deepEqual(await people.colleaguesLogIn(), {200: 29});
		t.is(await people.colleagueReads(), 200);
	},
);

onEveryStore('an office under a ban for failures: all are shut out', async (t, {store, pass}) => {
	const people = await office(t, {store, banRule: [5, '15m', '10m'], reportWhen: [401]});

	t.deepEqual(await people.bobLogsInAfter(3), [401, 401, 401, 200]);
	t.deepEqual(await people.colleaguesLogIn(), {200: 29}, 'three mistakes are forgiven');
	t.deepEqual(await people.bobLogsInAfter(3), [401, 401, 403, 403]);
	t.deepEqual(await people.colleaguesLogIn(), {403: 29});
	t.is(await people.colleagueReads(), 403, 'even who is logged in');
	await pass(10 * 60_000);
	t.is(await people.colleagueReads(), 200);
});

onEveryStore(
	'an office that logs in all at once under a limit of failures: requests in flight hold places',
	async (t, {store}) => {
		const checked = latch();
		const people = await office(t, {store}, specific(failures), () => checked.all);
		const morning = people.colleaguesLogInAtOnce(refused => {
			// The password checks take until all others are refused.
			if (refused === 24) {
				checked.release();
			}
		});

		t.deepEqual(await morning, {200: 5, 429: 24}, 'nobody has mistyped');
		t.deepEqual(await people.colleaguesLogIn(), {200: 29}, 'all can log in a moment later');
	},
);
