/* Two hundred logins at once, on as many connections, each with its own guess. */
import {setImmediate} from 'node:timers/promises';
import {type LimitRules, specific} from '../../../source/index.ts';
import {credentials, logIn, passwordOf} from '../../support/accounts.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {gatedApp} from '../../support/gated-app.ts';
import {requestStatus} from '../../support/request-status.ts';
import {serve} from '../../support/servers.ts';
import {tally} from '../../support/visitors.ts';

const WINDOW = 900;
const rule: LimitRules = {count: 5, window: WINDOW, name: 'failures', countWhen: [401]};

onEveryStore(
	'of 200 logins at once on connections of their own, none tries a sixth wrong password',
	async (t, {store, pass}) => {
		let tried = 0;
		const {app} = gatedApp({store}, router => {
			router.post('/login', specific(rule), async ctx => {
				// Password checks take their time, and not the same.
				for (let turns = tried % 3; turns >= 0; turns -= 1) {
					await setImmediate();
				}

				tried += passwordOf(ctx) === 'right' ? 0 : 1;
				logIn(ctx);
			});
		});
		const {origin} = await serve(t, app);
		/** Sends 200 logins at once, every `nth` of them with the right password. */
		const logins = async (nth = Infinity) => {
			tried = 0;
			const statuses = await Promise.all(
				Array.from({length: 200}, (_, index) => {
					const password = index % nth === nth - 1 ? 'right' : `guess ${index}`;
					const headers = credentials('alice', password);
					return requestStatus(`${origin}/login`, {method: 'POST', headers});
				}),
			);

			return tally(statuses);
		};

		const right = await logins(1);
		t.true((right[200] ?? 0) >= 5, 'a request in flight holds a place');
		t.deepEqual(await logins(), {401: 5, 429: 195}, 'and has given it back');
		t.is(tried, 5);

		for (let round = 0; round < 3; round += 1) {
			await pass(WINDOW * 1000);
			const mixed = await logins(2);
			t.true(tried > 0);
			t.true(tried <= 5, 'no place that a right password gives back goes to a sixth wrong one');
			t.is(mixed[401] ?? 0, tried);
		}
	},
);
