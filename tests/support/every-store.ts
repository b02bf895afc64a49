import test, {type ExecutionContext} from 'ava';
import type {Store} from '../../source/index.ts';
import {openLocalStore} from './local/opened.ts';
import {manualClockStore} from './manual-clock.ts';
import {openRedisStore} from './redis/opened.ts';
import {opened} from './redis/shared.ts';

/** A store whose clock stands still until `pass` moves it on. */
export interface ClockedStore {
	readonly store: Store;
	pass(ms: number): void | Promise<void>;
}

/** Registers a test for each store: in memory, in a file, and on a real Redis. */
export function onEveryStore(
	title: string,
	body: (t: ExecutionContext, clocked: ClockedStore) => Promise<void>,
): void {
	test(`in memory: ${title}`, async t => {
		const {store, pass} = manualClockStore();
		await body(t, {store, pass});
	});
	test(`in a file: ${title}`, async t => {
		const {store, pass} = openLocalStore();
		t.teardown(() => store.close());
		await body(t, {store, pass});
	});
	test(`on Redis: ${title}`, async t => body(t, await openRedisStore(opened)));
}
