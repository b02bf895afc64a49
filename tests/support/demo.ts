import {spawn} from 'node:child_process';
import {once} from 'node:events';
import type {ExecutionContext} from 'ava';

/** How `npm run demo` starts it. */
export const asTypeScript = ['--import=tsx', 'demo/start.ts'];

/** Runs the demo on a free port, until the test ends or it is stopped. Returns what it prints before it listens. */
export async function runDemo(
	t: ExecutionContext,
	program: readonly string[] = ['build/demo/start.js'],
	env: NodeJS.ProcessEnv = {},
): Promise<{url: string; printed: string; stop: () => Promise<void>}> {
	const demo = spawn(process.execPath, program, {
		env: {...process.env, PORT: '0', ...env},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const exited = once(demo, 'exit');
	const stop = async () => {
		demo.kill();
		await exited;
	};
	t.teardown(stop);

	let printed = '';
	for await (const text of demo.stdout.setEncoding('utf8')) {
		printed += text;
		const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
		if (url !== undefined && printed.includes('403 on every route')) {
			return {url, printed, stop};
		}
	}

	throw new Error(`the demo ended, having printed '${printed}'`);
}
