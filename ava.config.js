import {readdirSync} from 'node:fs';
import {availableParallelism} from 'node:os';

const tests = readdirSync('tests', {recursive: true}).filter(name => name.endsWith('.test.ts'));

export default {
	/*
	 * Tests run as compiled JavaScript: to load TypeScript would cost each file half a second. To run one of
	 * them, `npx tsc && npx ava build/tests/stores/reason.test.js`.
	 */
	files: tests.map(name => `build/tests/${name.replace(/ts$/, 'js')}`),
	// Many tests cause warnings on purpose. They are emitted all the same, and not printed.
	nodeArguments: ['--disable-warning=GatekeeperWarning'],
	workerThreads: false,
	// Some files spend most of their time waiting for servers.
	concurrency: availableParallelism() + 1,
	timeout: '5m',
};
