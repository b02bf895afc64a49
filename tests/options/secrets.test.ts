import {inspect} from 'node:util';
import test from 'ava';
import {type GatekeeperOptions, gatekeeper} from '../../source/index.ts';
import {RedisStore} from '../../source/redis.ts';
import {gatedApp} from '../support/gated-app.ts';
import {who} from '../support/handlers.ts';

test('no error shows a secret, even if it was passed to the wrong option', t => {
	const secret = 'c0nfidential';
	const client = {options: {password: secret}};

	for (const mistake of [
		() => gatekeeper({keySecret: [secret]} as unknown as GatekeeperOptions),
		() => gatekeeper({keySecret: {secret}} as unknown as GatekeeperOptions),
		() => gatekeeper({keySecret: new TextEncoder().encode(secret).buffer} as never),
		() => gatekeeper([{keySecret: secret}] as unknown as GatekeeperOptions),
		() => gatekeeper(secret as unknown as GatekeeperOptions),
		() => gatekeeper({key: secret} as unknown as GatekeeperOptions),
		() => gatekeeper({store: client} as unknown as GatekeeperOptions),
		() => gatekeeper({store: `redis://:${secret}@db`} as unknown as GatekeeperOptions),
		() => new RedisStore({client} as never),
		() => new RedisStore([client] as never),
		() => new RedisStore(`redis://:${secret}@db` as never),
	]) {
		const error = t.throws(mistake, {instanceOf: TypeError});
		t.notRegex(inspect(error, {depth: 9}), /c0nfidential/);
		t.notRegex(inspect(error), /99, 48, 110|63 30 6e/);
	}
});

test("with a keySecret, no error of the operator's methods shows the given key", async t => {
	const {gate} = gatedApp({keySecret: 'pepper'});
	const key = 'sk_live_c0nfidential';

	for (const mistake of [key, {kye: key}, {key: [key]}, {specificKey: [key]}]) {
		for (const method of ['ban', 'unban', 'reset', 'report'] as const) {
			const error = await t.throwsAsync(gate[method](mistake as never), {instanceOf: TypeError});
			t.notRegex(error.message, /c0nfidential/);
		}
	}
});

test('neither a gate nor the state of a request shows the keySecret', async t => {
	const keySecret = 'c0nfidential';
	const {http, gate} = gatedApp({keySecret}, router => {
		router.get('/state', ctx => {
			ctx.body = inspect(ctx.state, {depth: 9, showHidden: true});
		});
	});

	t.notRegex((await http.get('/state')).text, /c0nfidential/);
	t.notRegex(inspect(gate, {depth: 9, showHidden: true}), /c0nfidential/);
});

test('keySecret may be text or bytes, which are copied', async t => {
	const bytes = Buffer.from('pepper');
	const gates = ['pepper', bytes, new Uint8Array(bytes)].map(keySecret =>
		gatedApp({keySecret, key: () => 'alice'}, router => {
			router.get('/client', who);
		}),
	);
	bytes.fill(0);

	const clients = await Promise.all(gates.map(async ({http}) => (await http.get('/client')).text));
	t.is(new Set(clients).size, 1);
});
