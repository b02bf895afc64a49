import {Router} from '@koa/router';
import test from 'ava';
import Koa, {type Middleware} from 'koa';
import {bypass, specific} from '../../source/index.ts';
import {gatedApp} from '../support/gated-app.ts';
import {ok} from '../support/handlers.ts';
import {agents} from '../support/servers.ts';

test('a specific() behind a bypass() does not apply; a specific() before it does', async t => {
	const {http} = gatedApp({}, router => {
		const rule = specific([1, 10]);
		router.get('/behind', bypass(), rule, ok).get('/before', rule, bypass(), ok);
	});

	t.is((await http.get('/behind')).status, 200);
	t.is((await http.get('/behind')).status, 200);
	t.is((await http.get('/before')).status, 200);
	t.is((await http.get('/before')).status, 429);
});

test('bypass() and specific() before the gate fail with a message that says which line to add', async t => {
	const app = new Koa();
	const errors: Error[] = [];
	app.on('error', error => errors.push(error));
	app.use(
		new Router()
			.get('/open', bypass(), ok)
			.get('/specific', specific([1, 1]), ok)
			.routes(),
	);
	const {http} = agents(app);

	t.is((await http.get('/open')).status, 500);
	t.is((await http.get('/specific')).status, 500);
	t.deepEqual(
		errors.map(error => error.message),
		[
			'bypass() found no gatekeeper: add app.use(gatekeeper(…)) before the router',
			'specific() found no gatekeeper: add app.use(gatekeeper(…)) before the router',
		],
	);
});

test('bypass without parentheses fails with a message that says so', async t => {
	const errors: Error[] = [];
	const {http} = gatedApp({}, (router, app) => {
		app.on('error', error => errors.push(error));
		router.get('/open', bypass as unknown as Middleware, ok);
	});

	t.is((await http.get('/open')).status, 500);
	t.is(errors[0]?.message, 'bypass() takes no arguments: write bypass(), not bypass, on the route');
});
