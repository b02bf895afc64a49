import test from 'ava';
import {specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';

/** More rules than a MemoryStore remembers. */
const MADE_UP = 40_100;

test('one client that makes up rules does not make the store forget the counters of others under rules made beforehand', async t => {
	const plan = {count: 2, window: 600, name: 'plan'};
	let made = 0;
	const {http} = gatedApp({key: ctx => ctx.get('X-User')}, router => {
		router.get(
			'/plan',
			specific(() => plan),
			ok,
		);
		router.get(
			'/made-up',
			specific(() => {
				made += 1;
				return Array.from({length: 100}, (_, index) => ({
					count: 9,
					window: 600,
					name: `${made}/${index}`,
				}));
			}),
			ok,
		);
	});
	const get = async (path: string, user: string) =>
		(await http.get(path).set('X-User', user)).status;
	t.deepEqual(
		[await get('/plan', 'alice'), await get('/plan', 'alice'), await get('/plan', 'alice')],
		[200, 200, 429],
	);
	while (100 * made < MADE_UP) {
		await get('/made-up', 'mallory');
	}

	t.is(await get('/plan', 'alice'), 429);
});
