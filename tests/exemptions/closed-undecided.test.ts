import {once} from 'node:events';
import {connect} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {type Store, specific} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {type GatedApp, gatedApp} from '../support/gated-app.ts';
import {ok, overrideMethod, rewriteOpen} from '../support/handlers.ts';
import {latch, until} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {serve} from '../support/servers.ts';

interface SlowStore {
	readonly store: Store;
	/** What the store was asked, in order. */
	readonly asked: Array<'exempt' | 'counted' | 'late'>;
	/** Makes the store reply only after this. */
	hold(kind: 'exempt' | 'counted' | 'late', released: Promise<void>): void;
}

function slowStore(): SlowStore {
	const {store} = manualClockStore();
	const asked: SlowStore['asked'] = [];
	const held = new Map<string, Promise<void>>();

	return {
		asked,
		hold: (kind, released) => held.set(kind, released),
		store: forwardTo(store, {
			admit: async (client, rules, options) => {
				const kind = options.late ? 'late' : rules.length > 0 ? 'counted' : 'exempt';
				asked.push(kind);
				await held.get(kind);
				return store.admit(client, rules, options);
			},
		}),
	};
}

interface Rewritten extends GatedApp {
	readonly slow: SlowStore;
	readonly handled: {count: number};
	/** Sends a request that a middleware rewrites, and resets it before the store has replied. */
	abort(): Promise<void>;
}

/** Apps whose middlewares make a prediction of the gate wrong. */
const kinds = {
	'a path is rewritten': {line: 'GET /open', method: 'GET'},
	'a method is rewritten': {line: 'OPTIONS /login', method: 'POST'},
	'both are rewritten': {line: 'OPTIONS /open', method: 'POST'},
} as const;

async function rewritten(
	t: ExecutionContext,
	{line, method}: (typeof kinds)[keyof typeof kinds],
	count: number,
): Promise<Rewritten> {
	const handled = {count: 0};
	const slow = slowStore();
	const gated = gatedApp(
		{
			store: slow.store,
			storeTimeout: 30,
			rateLimitRule: [count, 60],
			excludedMethods: ['OPTIONS'],
		},
		(router, app) => {
			app.use(rewriteOpen('/login')).use(overrideMethod);
			router.all('/open', specific([99, 60], {standalone: true}), ok).options('/login', ok);
			router.all('/login', ctx => {
				handled.count += 1;
				ok(ctx);
			});
		},
	);
	const {port, server} = await serve(t, gated.app);
	const abort = async () => {
		const {all, release} = latch();
		slow.hold('exempt', all);
		slow.hold('counted', all);
		const begun = () => slow.asked.filter(kind => kind !== 'late').length;
		const before = begun();
		const connecting = once(server, 'connection');
		const socket = connect(port, '127.0.0.1');
		socket.on('error', () => {});
		socket.write(`${line} HTTP/1.1\r\nHost: a.test\r\nX-Method: ${method}\r\n\r\n`);
		const [served] = await connecting;
		await until(() => begun() > before);
		// Not `once`, which the `error` event before it would end.
		const closed = new Promise(resolve => served.once('close', resolve));
		socket.resetAndDestroy();
		await closed;
		release();
	};

	return {...gated, slow, handled, abort};
}

for (const [title, kind] of Object.entries(kinds)) {
	test(`${title}: a request that is reset before the store replies counts once, late`, async t => {
		const {http, slow, handled, abort, gate} = await rewritten(t, kind, 9);
		// The gate learns that methods are rewritten.
		await http.options('/login').set('X-Method', 'POST');
		await gate.reset('127.0.0.1');
		slow.asked.length = 0;

		for (let sent = 1; sent <= 3; sent += 1) {
			await abort();
			await until(() => handled.count === 1 + sent && slow.asked.length === 2 * sent);
		}

		t.deepEqual(slow.asked, ['exempt', 'late', 'exempt', 'late', 'exempt', 'late']);
		t.is((await http.get('/ping')).headers.ratelimit, '"global";r=5;t=60');
	});

	test(`${title}: many such requests reach the handler no more often than the quota, and once on trust`, async t => {
		const {http, handled, abort} = await rewritten(t, kind, 3);
		await http.options('/login').set('X-Method', 'POST');

		for (let sent = 0; sent < 9; sent += 1) {
			await abort();
		}

		t.is((await http.get('/ping')).status, 429);
		t.is(handled.count, 4);
	});

	test(`${title}: the place in flight of such a request is free once it is counted, and no earlier`, async t => {
		const {http, slow, handled, abort, gate} = await rewritten(t, kind, 2);
		await http.options('/login').set('X-Method', 'POST');
		await gate.reset('127.0.0.1');
		slow.asked.length = 0;
		const {all, release} = latch();
		slow.hold('late', all);
		await abort();
		await abort();
		await until(() => handled.count === 3 && slow.asked.length === 4);
		t.deepEqual(slow.asked, ['exempt', 'late', 'exempt', 'late']);
		await abort();
		t.is(slow.asked[4], 'counted', 'both places are taken');
		await gate.reset('127.0.0.1');
		release();
		await until(() => handled.count === 4);
		await abort();
		t.is(slow.asked[5], 'exempt', 'they are free again');
	});

	test(`${title}: one that is refused after the reset owes nothing, and its place is free`, async t => {
		const {http, slow, handled, abort, gate} = await rewritten(t, kind, 1);
		await http.options('/login').set('X-Method', 'POST');
		await gate.reset('127.0.0.1');
		await gate.ban('127.0.0.1');
		slow.asked.length = 0;
		await abort();
		await gate.unban('127.0.0.1');

		await abort();
		await until(() => handled.count > 1);
		t.deepEqual(slow.asked.slice(0, 2), ['exempt', 'exempt'], 'exempt again');
		t.is(handled.count, 2, 'only the second has reached the handler');
	});
}
