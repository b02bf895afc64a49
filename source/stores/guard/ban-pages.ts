import {describe} from '../../checks/describe.ts';
import {ignoreRejection, type MaybePromise} from '../../maybe-promise.ts';
import type {StoredBan} from '../ban-records.ts';
import type {Store} from '../store.ts';
import {replyInTime} from './deadline.ts';

type Pages = Iterator<unknown> | AsyncIterator<unknown>;

/**
 * The bans of a store, page by page, whether it has them at hand or asks a server for each page.
 *
 * @param timeout milliseconds that each page may take
 * @throws {TypeError} for what is no list of pages
 */
export async function* banPages(
	store: Store,
	timeout: number,
): AsyncGenerator<readonly StoredBan[]> {
	// A store may return a promise of its pages.
	const {value: pages} = await replyInTime(store.bans() as MaybePromise<unknown>, timeout);
	const iterator = iteratorOf(pages);
	let isDone = false;
	try {
		while (!isDone) {
			const {value: step} = await replyInTime(iterator.next() as MaybePromise<unknown>, timeout);
			const {done, value: page} = Object(step) as IteratorResult<unknown>;
			isDone = done === true;
			if (!isDone) {
				yield checkedPage(page);
			}
		}
	} finally {
		if (!isDone) {
			end(iterator);
		}
	}
}

function iteratorOf(pages: unknown): Pages {
	const {[Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous} = Object(
		pages,
	) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
	const begin = asynchronous ?? synchronous;
	if (begin === undefined) {
		throw new TypeError(`the store returned ${describe(pages)} as its bans`);
	}

	return Reflect.apply(begin, pages, []);
}

/** A copy: yielded as it is, a list with a `then` would be awaited. */
function checkedPage(page: unknown): readonly StoredBan[] {
	if (!Array.isArray(page)) {
		ignoreRejection(page);
		throw new TypeError(`the store returned ${describe(page)} as a page of bans`);
	}

	return Array.from(page);
}

/** Nobody waits for it: a store that has gone silent would hold up whoever stops here. */
function end(iterator: Pages): void {
	try {
		ignoreRejection(iterator.return?.());
	} catch {
		// Whoever stops here has what it wanted.
	}
}
