import test from 'ava';
import {openRecipe, repeat} from '../support/recipe.ts';

const page = 'docs/reporting.md';
const alice = '203.0.113.7';
const bob = '203.0.113.8';

test('three wrong passwords ban, but none that a page on another site has sent', async t => {
	const {from} = await openRecipe(t, page);
	const login = (client: string, site: string) =>
		from(client).post('/login').set('Sec-Fetch-Site', site);

	t.deepEqual(await repeat(5, () => login(bob, 'cross-site')), Array(5).fill(403));
	t.is((await from(bob).get('/ping')).status, 200);
	t.deepEqual(await repeat(4, () => login(alice, 'same-origin')), [401, 401, 401, 403]);
});

test('a path of PHP weighs five reports, however it is spelled, and a browser none', async t => {
	const {from} = await openRecipe(t, page, 'Report by status', 1);
	const scan = (client: string) => from(client).get('/SETUP.PHP');

	const lured = () => scan(bob).set('Sec-Fetch-Site', 'same-origin');
	t.deepEqual(await repeat(5, lured), Array(5).fill(404));
	t.deepEqual(await repeat(5, () => scan(alice)), [404, 404, 404, 404, 403]);
});
