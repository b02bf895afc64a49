import type {AskOptions} from '../../ask-options.ts';

/** A question that is on its way. Its reply replaces an older one. */
export class Renewal {
	/** Whether the older reply was still believed when the question was asked. */
	readonly isInTime: boolean;
	readonly #asking: AskOptions | undefined;
	#over: Promise<void> | undefined;
	#end = () => {};

	constructor(isInTime: boolean, asking: AskOptions | undefined) {
		this.isInTime = isInTime;
		this.#asking = asking;
	}

	/** Whether the question has not been given up. */
	get isPending(): boolean {
		return !this.#asking?.signal.aborted;
	}

	/** Whether others may rely on a reply. Nobody gives up a question without `asking`, even if none ever comes. */
	get isAwaited(): boolean {
		return this.#asking !== undefined && this.isPending;
	}

	/** Resolves when the question has settled or is given up. */
	get over(): Promise<void> {
		this.#over ??= new Promise(resolve => {
			this.#end = resolve;
			this.#asking?.signal.addEventListener('abort', () => resolve(), {once: true});
		});

		return this.#over;
	}

	/** The question has settled. */
	end(): void {
		this.#end();
	}
}
