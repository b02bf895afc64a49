import {once} from 'node:events';
import {createServer} from 'node:net';
import test from 'ava';
import {Redis} from 'ioredis';
import type Koa from 'koa';
import {gatekeeper, type Store} from '../../source/index.ts';
import {RedisStore} from '../../source/redis.ts';
import {blocks, importModule, readPage} from '../support/documents.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {until} from '../support/latch.ts';
import {manualClockStore} from '../support/manual-clock.ts';
import {startRedis} from '../support/redis/server.ts';
import {agents, portOf} from '../support/servers.ts';

test('a RedisStore needs no other commands than docs/stores.md lists', async t => {
	const page = await readPage('docs/stores.md');
	const [, listed = ''] = /\*\*What it must allow\.\*\*(.*)/.exec(page) ?? [];
	const commands = listed.match(/\b[A-Z]{3,}\b/g) ?? [];
	t.true(commands.length > 15);

	const server = await startRedis();
	const admin = new Redis(server.port);
	const allowed = commands.map(command => `+${command.toLowerCase()}`);
	await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '-@all', ...allowed);
	const client = new Redis(server.port, {
		username: 'app',
		password: 'secret',
		enableReadyCheck: false,
	});
	t.teardown(async () => {
		client.disconnect();
		admin.disconnect();
		await server.stop();
	});

	const app = gatedApp(
		{
			store: new RedisStore({client}),
			onStoreError: 'closed',
			storeTimeout: 10,
			rateLimitRule: [
				{count: 2000, window: 60, name: 'costs', cost: 900},
				{count: 5, window: 60, name: 'failures', countWhen: [401]},
				{count: 5000, window: 60, name: 'many'},
			],
			banRule: [1, 60, ['10m', '1h']],
		},
		router => {
			router.get('/report', ctx => {
				ctx.report({client: '203.0.113.7'});
			});
			router.get('/ban', ctx => {
				ctx.ban({duration: '1h'});
			});
		},
	);
	const {http, gate} = app;

	t.is((await http.get('/report')).status, 404);
	t.is((await http.get('/ping')).status, 200);
	t.is((await http.get('/ping')).status, 429);
	await gate.reset('127.0.0.1');
	await gate.ban('198.51.100.0/24', {duration: '1h'});
	await gate.ban('192.0.2.0/24', {duration: Infinity});
	t.deepEqual((await bansOf(app)).map(({client}) => client).sort(), [
		'192.0.2.0/24',
		'198.51.100.0/24',
		'203.0.113.7',
	]);
	await gate.unban('198.51.100.0/24');
	await gate.unban('203.0.113.7');
	t.is((await http.get('/ban')).status, 404);
	t.is((await http.get('/ping')).status, 403);
	await gate.close();
	await t.throwsAsync(client.get('key'), {message: /NOPERM/});
});

test('a store that lacks methods is refused at start-up, by an error that names them', t => {
	const {store} = manualClockStore();
	const lacking = forwardTo(store, {giveBack: undefined, sibling: undefined} as never);

	t.throws(() => gatekeeper({store: lacking}), {
		instanceOf: TypeError,
		message: /it lacks giveBack, sibling$/,
	});
});

test('a ban of a range that the store does not take does not begin, and those that are known hold', async t => {
	const store: Store = manualClockStore().store;
	let isFailing = false;
	const failIf =
		<Args extends unknown[], Result>(ask: (...args: Args) => Result) =>
		(...args: Args): Result => {
			if (isFailing) {
				throw new Error('gone');
			}

			return ask(...args);
		};
	const failing = forwardTo(store, {
		admit: failIf((...question) => store.admit(...question)),
		banRange: failIf((...ban) => store.banRange(...ban)),
		ranges: failIf(() => store.ranges()),
	});
	const {from, gate} = gatedApp({store: failing, ipHeader: 'X-Forwarded-For'});

	await gate.ban('203.0.113.0/24');
	isFailing = true;
	await t.throwsAsync(gate.ban('198.51.100.0/24'), {message: 'gone'});
	t.is((await from('198.51.100.7').get('/ping')).status, 200);
	t.is((await from('203.0.113.7').get('/ping')).status, 403);
});

// It reads what is printed, so that no other test may run meanwhile.
test.serial(
	'a server that breaks the protocol ends no process with a client of the page',
	async t => {
		const logged: unknown[] = [];
		const {error} = console;
		console.error = (line: unknown) => logged.push(line);
		t.teardown(() => {
			console.error = error;
		});
		const server = createServer(socket => {
			// Replies that answer no command, and then none.
			socket.on('error', () => {}).once('data', () => socket.end('+OK\r\n'.repeat(9)));
		}).listen(0, '127.0.0.1');
		t.teardown(() => server.close());
		await once(server, 'listening');
		const port = portOf(server);

		const shown = await blocks('docs/stores.md', 'Redis or Valkey');
		t.is(shown.length, 2);
		for (const code of shown) {
			const {app, close} = await importModule<{app: Koa; close: () => void}>(
				t,
				code
					.replace('new Redis()', `new Redis(${port})`)
					.replace('createClient()', `createClient({url: 'redis://127.0.0.1:${port}'})`)
					.replace(
						'export {};',
						code.includes('new Redis()')
							? 'export {app}; export const close = () => redis.disconnect();'
							: 'export {app}; export const close = () => client.destroy();',
					),
			);
			app.use(ok);

			t.is((await agents(app).http.get('/')).status, 200);
			await until(() => logged.length > 0);
			t.true(logged.every(line => line instanceof Error));
			close();
			logged.length = 0;
		}
	},
);
