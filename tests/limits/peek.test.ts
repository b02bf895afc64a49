import test from 'ava';
import {type GatekeeperOptions, MemoryStore} from '../../source/index.ts';
import {peek} from '../../source/limits/peek.ts';
import {currentState} from '../../source/request-state.ts';
import {gatedApp} from '../support/gated-app.ts';

/** What a further request like this one would get, for each of some requests. */
async function peeks(options: GatekeeperOptions, requests: number): Promise<string[]> {
	const {http} = gatedApp(options, router => {
		router.get('/peek', async ctx => {
			const state = currentState(ctx);
			const kinds = [await peek(ctx, state), await peek(ctx, state)].map(({kind}) => kind);
			ctx.body = kinds.join(', ');
		});
	});
	const seen: string[] = [];
	for (let request = 0; request < requests; request += 1) {
		const {status, text} = await http.get('/peek');
		seen.push(status === 200 ? text : String(status));
	}

	return seen;
}

test('a peek says what a further request would get, and counts nothing', async t => {
	const wanted = ['admitted, admitted', 'limited, limited', '429'];
	t.deepEqual(await peeks({rateLimitRule: [2, 60]}, 3), wanted);
	t.deepEqual(await peeks({rateLimitRule: async () => [2, 60]}, 3), wanted);
	t.deepEqual(await peeks({rateLimitRule: {count: 8, window: 60, cost: () => 4}}, 3), wanted);
	t.deepEqual(await peeks({rateLimitRule: {count: 7, window: 60, cost: 3}}, 3), wanted);
});

test('no ban holds the peek of a request whose client is unknown', async t => {
	const store = new MemoryStore();
	store.ban('127.0.0.1', {duration: Infinity});
	const options = {store, rateLimitRule: [9, 60], ipHeader: 'X-Forwarded-For'} as const;

	t.deepEqual(await peeks({...options, trustedProxies: ['127.0.0.1']}, 1), ['admitted, admitted']);
	t.deepEqual(await peeks({...options, trustedProxies: []}, 1), ['403']);
});

test('a peek about a client that is known to be banned calls no function that finds rules or costs', async t => {
	let asked = 0;
	const rule = {
		count: 9,
		window: 60,
		cost: () => {
			asked += 1;
			return 1;
		},
	};
	for (const rateLimitRule of [rule, () => rule]) {
		const {http} = gatedApp({rateLimitRule}, router => {
			router.get('/peek', async ctx => {
				await ctx.ban({duration: 60});
				asked = 0;
				ctx.body = (await peek(ctx, currentState(ctx))).kind;
			});
		});

		t.is((await http.get('/peek')).text, 'banned');
		t.is(asked, 0);
	}
});
