export default {
	files: ['tests/**/*.test.ts'],
	// Tests run as compiled JavaScript: to load TypeScript would cost each file half a second.
	typescript: {rewritePaths: {'tests/': 'build/tests/'}, compile: 'tsc'},
	// Stack traces and coverage refer to the TypeScript.
	nodeArguments: ['--enable-source-maps'],
	timeout: '5m',
};
