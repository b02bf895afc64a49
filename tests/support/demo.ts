import {spawn} from 'node:child_process';
import type {ExecutionContext} from 'ava';

/** How `npm run demo` starts it. */
export const asTypeScript = ['--import=tsx', 'demo/app.ts'];

/** Runs the demo on a free port until the test ends. Returns what it prints before it listens. */
export async function runDemo(
	t: ExecutionContext,
	program: readonly string[] = ['build/demo/app.js'],
): Promise<{url: string; printed: string}> {
	const demo = spawn(process.execPath, program, {
		env: {...process.env, PORT: '0'},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	t.teardown(() => demo.kill());

	let printed = '';
	for await (const text of demo.stdout.setEncoding('utf8')) {
		printed += text;
		const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
		if (url !== undefined && printed.includes('403 on every route')) {
			return {url, printed};
		}
	}

	throw new Error(`the demo ended, having printed '${printed}'`);
}
