import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {open} from 'lmdb';
import {LocalStore} from '../../../../source/local.ts';
import {newPath} from '../../../support/local/opened.ts';

/** Makes an LMDB file with one record. */
async function fileWith(
	t: ExecutionContext,
	[key, value]: readonly [key: string, value: string],
): Promise<string> {
	const path = newPath();
	const file = open<Buffer, Buffer>({
		path,
		noSubdir: true,
		encoding: 'binary',
		keyEncoding: 'binary',
		overlappingSync: false,
	});
	t.teardown(() => file.close());
	file.putSync(Buffer.from(key, 'latin1'), Buffer.from(value));
	await file.close();
	return path;
}

const key = '\u{ff}koa-gatekeeper';

for (const [what, record, message] of [
	[
		'a newer version',
		[key, '{"format":2,"salt":"x"}'],
		/a newer version of koa-gatekeeper wrote it, in format 2; .*Update/,
	],
	[
		'another program',
		['key', 'value'],
		/is an LMDB file of another program, .* Choose another `path`/,
	],
	[
		'a store, with a format that is not readable',
		[key, '{'],
		/is damaged \(it does not say its format\)/,
	],
] as const) {
	test(`a file of ${what} is refused, and left as it is`, async t => {
		const path = await fileWith(t, record);
		const bytes = readFileSync(path);

		t.throws(() => new LocalStore({path}), {message});
		t.deepEqual(readFileSync(path), bytes);
	});
}
