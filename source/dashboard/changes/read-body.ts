import type {IncomingMessage} from 'node:http';

/** Bytes. */
export const MAX_BODY = 16_384;

interface Unreadable {
	readonly status: 400 | 413;
	readonly message: string;
}

export const tooLarge: Unreadable = {
	status: 413,
	message: `The fields must be at most ${MAX_BODY / 1024} KB.`,
};
const unreadable: Unreadable = {
	status: 400,
	message: 'The body is not valid UTF-8, or is incomplete.',
};

/** Reads the body of a request as text. What is too large is not kept. */
export function readBody(req: IncomingMessage): Promise<string | Unreadable> {
	return new Promise(resolve => {
		if (Number(req.headers['content-length']) > MAX_BODY) {
			resolve(tooLarge);
			return;
		}

		// Something has read it, and left nothing: no event would follow.
		if (req.readableEnded || req.destroyed) {
			resolve('');
			return;
		}

		const chunks: Buffer[] = [];
		let size = 0;
		const take = (chunk: Buffer | string) => {
			const bytes = Buffer.from(chunk as string);
			size += bytes.length;
			if (size > MAX_BODY) {
				req.off('data', take);
				req.resume();
				resolve(tooLarge);
				return;
			}

			chunks.push(bytes);
		};
		req.on('data', take);
		req.once('end', () => resolve(decoded(Buffer.concat(chunks))));
		req.once('error', () => resolve(unreadable));
		req.once('close', () => resolve(unreadable));
	});
}

function decoded(bytes: Buffer): string | Unreadable {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		return unreadable;
	}
}
