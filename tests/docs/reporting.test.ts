import test from 'ava';
import {browse, lured} from '../support/lured.ts';
import {openRecipe, repeat} from '../support/recipe.ts';

const page = 'docs/reporting.md';
const alice = '203.0.113.7';
const bob = '203.0.113.8';

test('three wrong passwords ban, but none that a page on another site has sent', async t => {
	const {from} = await openRecipe(t, page);
	const login = (client: string, headers: Readonly<Record<string, string>>) =>
		from(client).post('/login').set(headers);

	for (const headers of lured) {
		t.is((await login(bob, headers)).status, 403);
	}

	t.is((await from(bob).get('/ping')).status, 200);
	const guess = () => login(alice, {'Sec-Fetch-Site': 'same-origin'});
	t.deepEqual(await repeat(4, guess), [401, 401, 401, 403]);
});

test('a path of PHP weighs five reports, however it is spelled, and a browser none', async t => {
	const {from} = await openRecipe(t, page, 'Report by status', 1);
	const scan = (client: string) => from(client).get('/SETUP.PHP');

	t.deepEqual(new Set(await browse(from(bob), '/SETUP.PHP')), new Set([404]));
	t.is((await from(bob).get('/ping')).status, 200);
	t.deepEqual(await repeat(5, () => scan(alice)), [404, 404, 404, 404, 403]);
});
