import {bodyParser} from '@koa/bodyparser';
import {Router} from '@koa/router';
import Koa from 'koa';
import {dashboard} from '../source/dashboard.ts';
import {bypass, fromOtherSite, gatekeeper, type Store, specific} from '../source/index.ts';

/** The app of the demo: one route for each thing that the gate can do. */
export function demoApp(store: Store | undefined): Koa {
	const app = new Koa();
	const router = new Router();

	const gate = gatekeeper({
		banRule: [3, 60, 600], // 3 reports within 60 s: banned for 600 s
		rateLimitRule: [100, 60], // 100 requests within any 60 s
		...(store && {store}), // in memory unless `--store local` is given
		// For the crowd of the demo only: it comes over a Unix socket, as from a proxy, and every list trusts such a peer. Your
		// own requests come from an address that is not on the list, so that they name nobody.
		ipHeader: 'X-Forwarded-For',
		trustedProxies: ['192.0.2.1'],
	});

	app.use(gate);
	app.use(bodyParser());

	// The global rule applies, as to every route without a rule of its own.
	router.get('/ping', ctx => {
		ctx.body = 'pong\n';
	});

	// Reports a client that sends a wrong password.
	router.post('/login', ctx => {
		if (fromOtherSite(ctx)) {
			ctx.throw(403); // a page on another site may have made its visitor's browser send this
		}

		const {password} = ctx.request.body as {password?: unknown};
		if (password !== 'password') {
			ctx.report({reason: 'wrong password'});
			ctx.throw(401, 'wrong password\n');
		}

		ctx.body = 'welcome\n';
	});

	// The global rule applies, and one more.
	const slow = specific({count: 1, window: 10, name: 'slow'});
	router.get('/global_plus_specific', slow, ctx => {
		ctx.body = 'once in 10 seconds, and counted by the global rule\n';
	});

	// Only a rule of its own applies.
	const alone = specific({count: 1, window: 10, name: 'alone'}, {standalone: true});
	router.get('/standalone', alone, ctx => {
		ctx.body = 'once in 10 seconds, whatever the global rule says\n';
	});

	// No rule applies.
	router.get('/bypass', bypass(), ctx => {
		ctx.body = 'always open\n';
	});

	// Shows all of it. No rule applies, so that a ban does not shut its operators out.
	router.all(
		'/dashboard',
		bypass(),
		dashboard(gate, {
			// Only this machine reaches the demo. Your own app asks who is signed in.
			authorize: ctx => ['127.0.0.1', 'localhost'].includes(ctx.hostname),
		}),
	);

	app.use(router.routes());

	return app;
}
