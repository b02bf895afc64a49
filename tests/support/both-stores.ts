import test, {type ExecutionContext} from 'ava';
import type {Store} from '../../source/index.ts';
import {manualClockStore} from './manual-clock.ts';
import {openRedisStore} from './redis/opened.ts';
import {opened} from './redis/shared.ts';

/** A store whose clock stands still until `pass` moves it on by milliseconds. */
export interface ClockedStore {
	readonly store: Store;
	pass(ms: number): void | Promise<void>;
}

/** Registers a test twice: with a store in memory, and with one on a real Redis. */
export function onBothStores(
	title: string,
	body: (t: ExecutionContext, clocked: ClockedStore) => Promise<void>,
): void {
	test(`in memory: ${title}`, async t => {
		const {store, pass} = manualClockStore();
		await body(t, {store, pass});
	});
	test(`on Redis: ${title}`, async t => body(t, await openRedisStore(opened)));
}
