/** A count of its own for each time between two replies: a late reply must not lower a later count. */
interface Count {
	value: number;
}

/** Counts the questions without a reply since the last reply in time. */
export class Unanswered {
	#count: Count = {value: 0};

	get count(): number {
		return this.#count.value;
	}

	/** A question has no reply yet. It may come later; if the connection breaks, it rejects. */
	add(reply: PromiseLike<unknown>): void {
		const count = this.#count;
		let isPending = true;
		const settled = () => {
			count.value -= isPending ? 1 : 0;
			isPending = false;
		};
		count.value += 1;
		try {
			// Not awaited: a store may return a thenable that throws, or that resolves to itself.
			reply.then(settled, settled);
		} catch {
			settled();
		}
	}

	/** A reply came in time. What a server that works has lost before says nothing of it. */
	clear(): void {
		this.#count = {value: 0};
	}
}
