import {availableParallelism} from 'node:os';

export default {
	files: ['tests/**/*.test.ts'],
	// Tests run as compiled JavaScript: to load TypeScript would cost each file half a second.
	typescript: {rewritePaths: {'tests/': 'build/tests/'}, compile: 'tsc'},
	nodeArguments: [
		// Stack traces and coverage refer to the TypeScript.
		'--enable-source-maps',
		// Many tests cause warnings on purpose. They are emitted all the same, and not printed.
		'--disable-warning=GatekeeperWarning',
	],
	workerThreads: false,
	// Some files spend most of their time waiting for servers.
	concurrency: availableParallelism() + 1,
	timeout: '5m',
};
