import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {newPath} from '../../support/local/opened.ts';
import {StoreProcess} from '../../support/local/process.ts';
import {runs} from '../../support/runs.ts';
import {limit} from '../contract/promised.ts';

const KILLS = runs(200);
const WRITERS = 4;
const rules = [limit(5, 3_600_000, 'one'), limit(300, 60_000, 'other')];

test('processes that are killed while they write lose no ban that was confirmed, and leave no damage', async t => {
	const path = newPath();
	const confirmed: string[] = [];
	let checker = await StoreProcess.begin(t, {path});
	let kills = 0;

	const writeAndDie = async (): Promise<void> => {
		while (kills < KILLS) {
			kills += 1;
			const name = `writer ${kills}`;
			const writer = await StoreProcess.begin(t, {path});
			const written = writer.call('write', name, rules);
			await Promise.race([writer.firstConfirmed, written]);
			await setTimeout(Math.random() * 20);
			await writer.kill();
			confirmed.push(...writer.confirmed);
			t.deepEqual(await checker.call('unbanned', writer.confirmed), []);
		}
	};

	await Promise.all(Array.from({length: WRITERS}, writeAndDie));
	await checker.kill();

	// The file is checked whole when the first process opens it.
	checker = await StoreProcess.begin(t, {path});
	t.true(confirmed.length > KILLS);
	t.deepEqual(await checker.call('unbanned', confirmed), []);
	t.true((await checker.call<readonly unknown[]>('allBans')).length >= confirmed.length);
});
