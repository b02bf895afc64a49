type Shared = typeof globalThis & {[key: symbol]: unknown};

/**
 * Returns a value that all copies of this package in a process share, such as its ES module and its CommonJS
 * build. The first copy makes it. Copies may be of two versions: a value of another kind needs another name.
 */
export function processWide<T>(name: string, make: () => T): T {
	const key = Symbol.for(`koa-gatekeeper.${name}`);
	const shared = globalThis as Shared;
	shared[key] ??= make();

	return shared[key] as T;
}
