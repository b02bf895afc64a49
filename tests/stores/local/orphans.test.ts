import {statSync} from 'node:fs';
import test from 'ava';
import type {AdmitOptions} from '../../../source/stores/verdict.ts';
import {openLocalStore} from '../../support/local/opened.ts';
import {limit} from '../contract/promised.ts';

const CLIENTS = 4000;
const options: AdmitOptions = {costs: [1000]};

/** The size of a file in which each of many clients sends one request that leaves blocks, ten at once. */
async function sizeAfter(t: {teardown(end: () => Promise<void>): void}, between: number) {
	const {store, path, pass} = openLocalStore();
	t.teardown(() => store.close());
	const rules = [limit(1000, 1000)];
	for (let client = 0; client < CLIENTS; client += 10) {
		await Promise.all(
			Array.from({length: 10}, (_, index) => store.admit(`${client + index}`, rules, options)),
		);
		pass(between);
	}

	return statSync(path).size;
}

test('what is over is removed as fast as long logs come in, however fast that is', async t => {
	const all = await sizeAfter(t, 0);
	// A hundred clients are within the window at each moment.
	const few = await sizeAfter(t, 100);
	t.true(few < all / 3, `${few} bytes, and ${all} if none is over`);
});
