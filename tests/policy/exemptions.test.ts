import test from 'ava';
import type {Context} from 'koa';
import {bypass, type GatekeeperOptions, type LimitRulesFor} from '../../source/index.ts';
import {onEveryStore} from '../support/every-store.ts';
import {type GatedApp, gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {latch} from '../support/latch.ts';

/** An app whose `/health` is exempt, unless the header `X-Hijack` makes something else respond with a status. */
function hijackable(
	options: GatekeeperOptions,
): GatedApp & {hijacked: (status?: number) => Promise<number>} {
	const app = gatedApp(options, (router, koa) => {
		koa.use((ctx, next) => {
			const status = Number(ctx.get('X-Hijack'));
			return status > 0 ? ctx.throw(status) : next();
		});
		router.get('/health', bypass(), ok);
	});
	const hijacked = async (status = 418) =>
		(await app.http.get('/health').set('X-Hijack', String(status))).status;

	return {...app, hijacked};
}

const remaining = async ({http}: GatedApp) =>
	/r=(\d+)/.exec((await http.get('/ping')).headers.ratelimit ?? '')?.[1];

onEveryStore(
	'a late count counts under the rules of the request, at its cost',
	async (t, {store}) => {
		const asked: string[] = [];
		const app = hijackable({
			store,
			rateLimitRule: ctx => {
				asked.push(ctx.path);
				return {count: 9, window: 60, cost: ctx.path === '/health' ? 4 : 1};
			},
		});
		t.is((await app.http.get('/health')).status, 200);
		t.deepEqual(asked, [], 'an exempt request needs no rules');
		t.is(await app.hijacked(), 418);
		t.deepEqual(asked, ['/health']);
		t.is(await remaining(app), '4');
	},
);

onEveryStore('a late count asks countWhen first, and is not given back', async (t, {store}) => {
	const app = hijackable({store, rateLimitRule: {count: 3, window: 60, countWhen: [401]}});
	for (let request = 0; request < 5; request += 1) {
		await app.hijacked(403);
	}

	t.is(await remaining(app), '3');
	t.is(await app.hijacked(401), 401);
	t.is(await remaining(app), '2');
});

onEveryStore(
	'a late count that goes over the limit, or whose rules cannot be found, suspends the exemptions',
	async (t, {store}) => {
		for (const rateLimitRule of [
			() => ({count: 1, window: 60, name: 'one'}),
			(ctx: Context) => {
				if (ctx.get('X-Hijack') !== '') {
					throw new Error('broken');
				}

				return [[9, 60]] as const;
			},
		] satisfies LimitRulesFor[]) {
			const exemptions: unknown[] = [];
			const app = hijackable({store, rateLimitRule});
			app.router.get('/exemption', bypass(), ctx => {
				exemptions.push(ctx.state.gatekeeper.exemption);
				ctx.status = 204;
			});
			await app.http.get('/exemption');
			await app.hijacked();
			await app.hijacked();
			await app.http.get('/exemption');
			t.is(exemptions[0], 'bypass');
			t.not(exemptions[1], 'bypass');
			await app.gate.reset('127.0.0.1');
		}
	},
);

for (const [what, rateLimitRule] of Object.entries({
	'rules by request': () => [100, 60] as const,
	'a cost': {count: 100, window: 60, cost: 2} as const,
	'a cost that is a function': {count: 100, window: 60, cost: () => 1} as const,
} satisfies Record<string, LimitRulesFor>)) {
	onEveryStore(`under ${what}, a client has one unproven request in flight`, async (t, {store}) => {
		const release = latch();
		const exemptions: unknown[] = [];
		const {http} = gatedApp({store, rateLimitRule}, (router, koa) => {
			koa.use(async (ctx, next) => {
				exemptions.push(ctx.state.gatekeeper.exemption);
				if (exemptions.length === 12) {
					release.release();
				}

				await release.all;
				await next();
			});
			router.get('/health', bypass(), ok);
		});
		await Promise.all(
			Array.from({length: 12}, () => http.get('/health').then(({status}) => status)),
		);

		t.is(exemptions.filter(exemption => exemption === 'bypass').length, 1);
	});
}

test('a rule that is returned again and again is read once', async t => {
	let read = 0;
	const rule = {
		get count() {
			read += 1;
			return 5;
		},
		window: 60,
	};
	const {http} = gatedApp({rateLimitRule: () => rule});
	for (let request = 0; request < 3; request += 1) {
		t.is((await http.get('/ping')).headers.ratelimit, `"global";r=${4 - request};t=60`);
	}

	t.is(read, 1);
});
