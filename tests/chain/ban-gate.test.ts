import test from 'ava';
import {bypass, MemoryStore, specific} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {statuses} from '../support/over-quota.ts';

test('a banned client gets a 403 on every route except those with bypass()', async t => {
	const {http, gate} = gatedApp({excludedMethods: ['OPTIONS']}, router => {
		router.get('/both', specific([9, 10]), ok);
		router.get('/alone', specific([9, 10], {standalone: true}), ok);
		router.get('/open', bypass(), ok);
	});

	await gate.ban('127.0.0.1');
	t.deepEqual(
		await statuses(http, [
			'GET /ping',
			'GET /both',
			'GET /alone',
			'OPTIONS /ping',
			'GET /nowhere',
			'GET /open',
		]),
		{
			'GET /ping': 403,
			'GET /both': 403,
			'GET /alone': 403,
			'OPTIONS /ping': 403,
			'GET /nowhere': 403,
			'GET /open': 200,
		},
	);
});

test('a failing store with onStoreError: closed refuses the same routes with 503', async t => {
	const fail = () => {
		throw new Error('store down');
	};
	const store = forwardTo(new MemoryStore(), {admit: fail});
	const {http} = gatedApp({store, onStoreError: 'closed', excludedMethods: ['OPTIONS']}, router => {
		router.get('/alone', specific([9, 10], {standalone: true}), ok);
		router.get('/open', bypass(), ok);
	});

	t.deepEqual(await statuses(http, ['GET /ping', 'GET /alone', 'OPTIONS /ping', 'GET /open']), {
		'GET /ping': 503,
		'GET /alone': 503,
		'OPTIONS /ping': 503,
		'GET /open': 200,
	});
});
