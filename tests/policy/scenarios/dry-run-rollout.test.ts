/* A stricter policy is tried as a dry run beside the gate that enforces the old one. A day later it is enforced. */
import {Router} from '@koa/router';
import Koa, {type Middleware} from 'koa';
import {type GatekeeperOptions, gatekeeper} from '../../../source/index.ts';
import {credentials, logIn} from '../../support/accounts.ts';
import {onEveryStore} from '../../support/every-store.ts';
import {ok} from '../../support/handlers.ts';
import {tally, type VisitorAt, visitors} from '../../support/visitors.ts';

const DAY = 86_400_000;

const old: GatekeeperOptions = {
	ipHeader: 'X-Forwarded-For',
	rateLimitRule: {count: 100, window: '1m', name: 'old'},
};
const strict: GatekeeperOptions = {
	ipHeader: 'X-Forwarded-For',
	rateLimitRule: {count: 5, window: '1m', name: 'strict'},
	banRule: [3, '1m', '2m'],
	reportWhen: [401],
};

function appWith(...middlewares: Middleware[]): Koa {
	const app = new Koa();
	const router = new Router();
	router.get('/page', ok);
	router.post('/login', logIn);
	app.silent = true;
	for (const middleware of middlewares) {
		app.use(middleware);
	}

	app.use(router.routes());
	return app;
}

/** What happens on a day: a request each second. Returns what each visitor sees. */
async function day(visitor: VisitorAt, pass: (ms: number) => void | Promise<void>) {
	const statuses: number[] = [];
	const policies = new Set<string | string[] | undefined>();
	const visit = async (address: string, ...passwords: string[]) => {
		const {get, post} = visitor(address);
		const {status, headers} =
			passwords.length === 0
				? await get('/page')
				: await post('/login', credentials('alice', passwords.join()));
		statuses.push(status);
		policies.add(headers['ratelimit-policy']);
		await pass(1000);
	};
	const [hasty, guesser, alice] = ['198.51.100.1', '203.0.113.7', '198.51.100.2'];

	for (let page = 0; page < 8; page += 1) {
		await visit(hasty);
	}

	for (let guess = 0; guess < 5; guess += 1) {
		await visit(guesser, `guess ${guess}`);
	}

	await visit(guesser);
	await visit(alice, 'rihgt');
	await visit(alice, 'right');
	await pass(60_000);
	await visit(hasty);
	await visit(guesser, 'right');
	await pass(60_000);
	await visit(guesser);

	return {statuses, policies: [...policies]};
}

onEveryStore(
	'a dry run refuses nobody, and tells whom the gate will refuse that gets its options',
	async (t, {store, pass}) => {
		const log: string[] = [];
		const logger: Middleware = (ctx, next) =>
			Promise.resolve(next()).finally(() => {
				log.push(ctx.state.gatekeeper.outer?.verdict.kind ?? 'no dry run');
			});
		const tried = await visitors(
			t,
			appWith(logger, gatekeeper({store, ...strict, dryRun: true}), gatekeeper({store, ...old})),
		);
		const first = await day(tried, pass);

		t.deepEqual(tally(first.statuses), {200: 13, 401: 6}, 'nobody is refused');
		t.deepEqual(first.policies, ['"old";q=100;w=60'], 'nobody sees the policy that is tried');
		t.deepEqual(tally(log), {admitted: 12, limited: 3, banned: 4});

		await pass(DAY);
		const second = await day(await visitors(t, appWith(gatekeeper({store, ...strict}))), pass);
		const foretold = first.statuses.map((status, index) =>
			log[index] === 'limited' ? 429 : log[index] === 'banned' ? 403 : status,
		);
		t.deepEqual(second.statuses, foretold);
	},
);
