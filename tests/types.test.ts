import {readdir, readFile} from 'node:fs/promises';
import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Context, type DefaultState} from 'koa';
import {type DashboardOptions, dashboard} from '../source/dashboard.ts';
import {
	AddressList,
	type Ban,
	bypass,
	type ContextOf,
	type Explanation,
	fromBrowser,
	fromOtherSite,
	type Gatekeeper,
	type GatekeeperOptions,
	gatekeeper,
	type LimitRules,
	type Standing,
	specific,
} from '../source/index.ts';

/*
 * For the type checker: what a user writes compiles, and what must not compile has @ts-expect-error, which
 * fails if there is no error. The code runs too, to check that it does not throw.
 */
interface MyState {
	user: string;
}

const app = new Koa();
const router = new Router();
const gate: Gatekeeper = gatekeeper({
	banRule: [3, '1m', Infinity],
	rateLimitRule: [[100, 60], {count: 5, window: '1s', name: 'burst'}],
});
app.use(gate);
app.use(specific([1, 1]));
router.use(bypass());
router.get('/', specific([[1, 2]], {standalone: true}), async ctx => {
	ctx.report();
	const standing: Standing = await ctx.report({client: {key: 'alice'}, weight: 2, reason: 'why'});
	const {client, exemption, verdict, outer} = ctx.state.gatekeeper;
	const {end, address}: Explanation = ctx.state.gatekeeper.explain();
	const texts: Array<string | undefined> = [
		client,
		exemption,
		verdict.kind,
		outer?.client,
		end,
		address,
	];
	ctx.body = {standing, texts};

	// @ts-expect-error a weight is a number
	ctx.report({weight: '2'}).catch(() => {});
	// @ts-expect-error no such option
	ctx.report({wieght: 2}).catch(() => {});
	// @ts-expect-error the state is read-only
	ctx.state.gatekeeper.client = 'another';
});

const mine: DashboardOptions<MyState> = {
	authorize: async ctx => ctx.state.user === 'admin' && ctx.state.gatekeeper.client !== '',
	title: 'Shop',
};
router.all('/gate', dashboard(gate, mine));
app.use(dashboard(gate, {authorize: ctx => ctx.state.user?.role === 'admin'}));
// @ts-expect-error authorize is required
const _noOptions = () => dashboard(gate, {title: 'Shop'});
// @ts-expect-error a user is no boolean
const _noBoolean = () => dashboard<MyState>(gate, {authorize: ctx => ctx.state.user});

gatekeeper({
	ipHeader: 'Forwarded',
	trustedProxies: ['loopback', '10.0.0.0/8'],
	ipv6Prefix: 56,
	keySecret: 'pepper',
	allow: new AddressList(['203.0.113.0/24']),
	deny: async ctx => ctx.get('User-Agent') === '',
	key: ctx => (ctx.get('X-User') === '' ? undefined : ctx.get('X-User')),
});
gatekeeper({trustedProxies: new AddressList(['10.0.0.0/8'])});
router.post('/login', specific([1, 2], {key: async ctx => ctx.get('X-Account')}), ctx => {
	ctx.body = 'in';
});

const typed = new Koa<MyState & DefaultState>();
typed.use(gatekeeper());
typed.use((ctx, next) => {
	const user: string = ctx.state.user;
	const client: string = ctx.state.gatekeeper.client;
	ctx.body = user + client;
	return next();
});
const typedRouter = new Router<MyState & DefaultState>();
typedRouter.use(gatekeeper({routers: [router, typedRouter]}));
typedRouter.post('/', bypass(), specific([1, 1]), ctx => {
	const user: string = ctx.state.user;
	ctx.report({reason: user});
	ctx.body = ctx.state.gatekeeper.client;
	const isForeign: boolean = fromOtherSite(ctx, ['https://app.example'] as const);
	ctx.status = isForeign || !fromBrowser(ctx) ? 403 : 200;
});

/** With the app's own state, the functions among the options know it. */
const paid: LimitRules<MyState> = {
	count: 100,
	window: 60,
	cost: ctx => ctx.state.user.length,
	countWhen: (ctx, status) => status === 401 && ctx.state.user === 'guest',
};
const typedGate: Gatekeeper = gatekeeper<MyState>({
	banRule: {count: 3, window: 60, duration: ['10m', '1h', Infinity], forgetAfter: '7d'},
	rateLimitRule: async ctx => (ctx.state.user === 'alice' ? paid : undefined),
	allow: ctx => ctx.state.user === 'admin',
	deny: ctx => fromOtherSite(ctx),
	key: ctx => ctx.state.user,
	reportWhen: (ctx, status) => status === 401 && !fromBrowser(ctx) && ctx.state.user.length,
	onRefused: ctx => {
		ctx.body = `${ctx.state.user}, ${ctx.state.gatekeeper.client}`;
	},
	dryRun: true,
});
typed.use(typedGate);
typedRouter.post(
	'/typed',
	specific<MyState>(
		ctx =>
			ctx.state.user === 'alice'
				? [100, 60]
				: [
						[1, 1],
						[5, 60],
					],
		{
			key: ctx => ctx.state.user,
		},
	),
	async ctx => {
		const {banned, retryAfter}: Standing = await ctx.ban({duration: '1h', reason: ctx.state.user});
		ctx.body = banned ? retryAfter : 0;
	},
);
// By default, without casts.
const byDefault: GatekeeperOptions = {
	rateLimitRule: ctx => (ctx.state.user?.isPaying || ctx.session?.isPaying ? [1000, 60] : []),
	key: ({state}: Context) => state.user?.id,
};
app.use(gatekeeper(byDefault));
app.use(
	specific(ctx =>
		ctx.method === 'GET' ? undefined : {count: 5, window: 60, cost: 2, countWhen: [401]},
	),
);
gatekeeper({rateLimitRule: (ctx: ContextOf<MyState>) => (ctx.state.user === '' ? [] : [1, 1])});

gate.on('refused', ({ctx, kind, keyed}) => {
	const isKeyed: true | undefined = keyed;
	return kind === 'limited' && !isKeyed && ctx && !fromBrowser(ctx) && ctx.report();
});

async function operate(): Promise<readonly Ban[]> {
	await gate.ban('203.0.113.7', {duration: '10m', reason: 'spam'});
	await gate.unban({key: 'alice'});
	await gate.reset('203.0.113.7');
	await gate.reset({specificKey: 'alice'});
	const standing: Standing = await gate.report('203.0.113.7', {weight: 2});
	const bans: Ban[] = [];
	for await (const ban of gate.bans()) {
		bans.push(ban);
	}

	await gate.close();
	return standing.banned ? bans : [];
}

function wrong(): void {
	// @ts-expect-error the state has no such property
	gatekeeper<MyState>({rateLimitRule: ctx => (ctx.state.usr ? [1, 1] : [2, 2])});
	// @ts-expect-error no rule
	gatekeeper({rateLimitRule: () => 5});
	// @ts-expect-error a cost is a number
	gatekeeper({rateLimitRule: {count: 1, window: 1, cost: () => '1'}});
	// @ts-expect-error a list of statuses, or a function
	gatekeeper({rateLimitRule: {count: 1, window: 1, countWhen: 401}});
	// @ts-expect-error no promise
	gatekeeper({rateLimitRule: {count: 1, window: 1, countWhen: async () => true}});
	// @ts-expect-error a ban rule has a duration
	gatekeeper({banRule: [3, 60]});
	// @ts-expect-error no such option
	gatekeeper({ipHeaders: 'X-Forwarded-For'});
	// @ts-expect-error a list, not a number of hops
	gatekeeper({trustedProxies: 1});
	// @ts-expect-error a list, and no function
	gatekeeper({trustedProxies: () => true});
	// @ts-expect-error a list, even of one address
	gatekeeper({deny: '203.0.113.7'});
	// @ts-expect-error a key is a string
	gatekeeper({key: () => 7});
	// @ts-expect-error no such style of headers
	gatekeeper({headers: 'old'});
	// @ts-expect-error a list, even of one origin
	app.use(ctx => fromOtherSite(ctx, 'https://app.example'));
	// @ts-expect-error it reads the context
	app.use(ctx => fromBrowser(ctx.headers));
	// @ts-expect-error bypass() takes no options
	bypass(true);
	// @ts-expect-error a client is a string or an object
	gate.ban(7);
}

test('what a user writes compiles and runs, and mistakes do not compile', async t => {
	t.is((await operate()).length, 1);
	t.throws(wrong, {instanceOf: TypeError});
});

test('the published types contain no any', async t => {
	const names = await readdir('dist', {recursive: true});
	const declarations = names.filter(name => name.endsWith('.d.ts'));

	t.true(declarations.length > 20);
	for (const name of declarations) {
		const text = await readFile(`dist/${name}`, 'utf8');
		t.notRegex(text.replace(/\/\*.*?\*\//gs, ''), /\bany\b/, name);
	}
});
