/** Nanoseconds a call, over so many calls; each is awaited where its caller has to wait. */
export async function nanoseconds(
	calls: number,
	call: (index: number) => unknown,
	isAsync = false,
): Promise<number> {
	const start = process.hrtime.bigint();
	if (isAsync) {
		for (let index = 0; index < calls; index += 1) {
			await call(index);
		}
	} else {
		for (let index = 0; index < calls; index += 1) {
			call(index);
		}
	}

	return Number(process.hrtime.bigint() - start) / calls;
}

export function median(values: readonly number[]): number {
	return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
