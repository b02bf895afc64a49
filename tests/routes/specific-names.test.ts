import test from 'ava';
import {MemoryStore, specific} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {warnings} from '../support/warnings.ts';

test('one specific() on several routes is one counter; two are two counters, unless they have one name', async t => {
	const shared = specific([1, 10]);
	const named = () => specific({count: 1, window: 10, name: 'login'});
	const {http} = gatedApp({}, router => {
		router.get('/a', shared, ok).get('/b', shared, ok);
		router.get('/c', specific([1, 10]), ok).get('/d', specific([1, 10]), ok);
		router.get('/e', named(), ok).get('/f', named(), ok);
		router.get('/g', specific({count: 2, window: 10, name: 'login'}), ok);
	});

	t.is((await http.get('/a')).status, 200);
	t.is((await http.get('/b')).status, 429);
	t.is((await http.get('/c')).status, 200);
	t.is((await http.get('/d')).status, 200);
	t.is((await http.get('/e')).status, 200);
	t.is((await http.get('/f')).status, 429);
	t.is((await http.get('/g')).status, 200, 'a different count makes a different counter');
});

test('unnamed rules are numbered in the order of their creation', async t => {
	const {http} = gatedApp({headers: 'draft'}, router => {
		router.get('/a', specific([1, 10]), ok).get(
			'/b',
			specific([
				[1, 10],
				[2, 20],
			]),
			ok,
		);
	});
	const names = async (path: string) =>
		[...((await http.get(path)).headers.ratelimit ?? '').matchAll(/"specific(?:-(\d+))?"/g)].map(
			([, number = '1']) => Number(number),
		);

	const [first = 0] = await names('/a');
	t.deepEqual(await names('/b'), [first + 1, first + 2]);
});

test.serial('an unnamed rule on a store that processes share causes one warning', async t => {
	const seen = warnings(t);
	const store = forwardTo(new MemoryStore(), {shared: true});
	const {http} = gatedApp({store}, router => {
		router.get('/named', specific({count: 9, window: 10, name: 'n'}), ok);
		router.get('/unnamed', specific([9, 10]), ok);
	});

	await http.get('/named');
	t.deepEqual(await seen.codes(), []);

	await http.get('/unnamed');
	await http.get('/unnamed');
	t.deepEqual(await seen.codes(), ['GATEKEEPER_UNNAMED_RULE']);
});
