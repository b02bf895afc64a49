import test from 'ava';
import type {Store} from '../../source/index.ts';
import {bansOf} from '../support/gated-app.ts';
import {openRecipe, repeat} from '../support/recipe.ts';

const page = 'docs/typescript.md';
const alice = '203.0.113.7';

test('the verdict has the fields that the page reads', async t => {
	const {from} = await openRecipe(t, page, 'The verdict');

	t.is((await from(alice).get('/')).text, 'global: 99 left');
});

test("your own state type keeps the gate's state", async t => {
	const {from} = await openRecipe(t, page, 'A state type of your own');

	t.is((await from(alice).get('/me')).text, `guest at ${alice}`);
});

test('the functions for options do what their comments say', async t => {
	const {from} = await openRecipe(t, page, 'Functions for options');
	const http = from(alice).set('User-Agent', 'a browser');

	t.is((await http.get('/')).text, alice);
	t.is((await http.get('/').set('Authorization', 'Bearer secret')).text, 'key:alice');
	t.is((await from(alice).get('/').set('User-Agent', '')).status, 403);
	t.deepEqual(await repeat(99, () => http.get('/')), Array(99).fill(200));
	t.regex((await http.get('/')).text, /^Slow down: rate limited for \d+s/);
});

test('rules and costs may read a state type of your own', async t => {
	const {from, router} = await openRecipe(t, page, 'Functions for options', 1);
	router.post('/ping', ctx => {
		ctx.body = 'pong';
	});

	t.deepEqual(await repeat(11, () => from(alice).get('/search')), [...Array(10).fill(200), 429]);
	t.deepEqual(await repeat(51, () => from(alice).post('/ping')), [...Array(50).fill(200), 429]);
});

test('the store on the page keeps the promises that a gate relies on', async t => {
	const {from, own, router} = await openRecipe(t, page, 'A store of your own');
	router.post('/report', ctx => {
		ctx.report({reason: 'spam'});
	});

	t.deepEqual(await repeat(3, () => from(alice).get('/ping')), [200, 200, 429]);
	t.is((own.times as readonly number[]).length, 3);
	await own.gate.reset(alice);
	t.is((await from(alice).post('/report')).status, 404);
	t.is((await from(alice).get('/ping')).status, 403);
	t.like(await bansOf(own), [{client: alice, by: 'reports', reason: 'spam'}]);
	await own.gate.unban(alice);
	t.is((await from(alice).get('/ping')).status, 200);
	await own.gate.ban(alice);
	t.is((await from(alice).get('/ping')).status, 403);
	await own.gate.unban(alice);
	await own.gate.ban('203.0.113.0/24');
	t.is((await from(alice).get('/ping')).status, 403);
	t.like(await bansOf(own), [{client: '203.0.113.0/24', by: 'hand'}]);
	await own.gate.unban('203.0.113.0/24');
	t.deepEqual(await bansOf(own), []);
	const store = own.store as Store;
	t.is(store.sibling(), store.sibling());
	await own.gate.close();
	t.deepEqual(await bansOf(own), []);
});
