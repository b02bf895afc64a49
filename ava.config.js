import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';

/*
 * Tests run as compiled JavaScript: to load TypeScript would cost each process half a second. To start a
 * process and to load Koa costs as much, so that files share processes. To run one file,
 * `npx tsc && npx ava build/tests/stores/reason.test.js`.
 */

/** Folders whose files share a process; all files of the other folders share one more. */
const folders = [
	'stores/local',
	'stores/redis/failing',
	'stores/redis',
	'docs',
	'attacks',
	'client',
	'dashboard',
	'marks',
	'policy',
	'stores/guard',
	'stores/memory',
];

/**
 * Files that have a process of their own. A file that awaits something outside its tests and hooks must be
 * here: AVA runs the tests that are declared by then.
 */
const alone = [
	// They await servers before they declare their tests.
	'stores/redis/contract',
	'stores/redis/cluster',
	// They wait for clusters and sentinels, while others run.
	'stores/redis/cluster-failover',
	'stores/redis/moving-slot',
	'stores/redis/sentinel',
	// Changes how every server listens, and registers metrics that the recipes' tests register too.
	'docs/code-blocks',
	// Each creates more unnamed rules than a process has names for.
	'whole-app',
	'mistakes',
	'marks/marks-fuzz',
	// Counts the timers of its process.
	'stores/guard/waits',
	// Counts the threads of its process.
	'stores/local/lmdb/lock-watch',
	// OpenTelemetry patches Koa for its process.
	'marks/wrapped-marks',
	// A browser takes all of the machine, and others wait for servers: it comes last.
	'dashboard/browser',
];

const tests = readdirSync('tests', {recursive: true})
	.filter(name => name.endsWith('.test.ts'))
	.map(name => name.replaceAll('\\', '/').replace('.test.ts', ''))
	.sort();

/** The process that a test file runs in. */
function groupOf(test) {
	return [...alone, ...folders].find(name => `${test}/`.startsWith(`${name}/`)) ?? 'others';
}

/** Writes a file for each group, which imports the tests of the group, and returns their paths. */
function writeGroups() {
	mkdirSync('build/groups', {recursive: true});

	return [...folders, 'others', ...alone].map(group => {
		const members = tests.filter(test => groupOf(test) === group);
		const imports = members.map(test => `import '../tests/${test}.test.js';\n`);
		const path = `build/groups/${group.replaceAll('/', '-')}.test.js`;
		writeFileSync(path, imports.join(''));
		return path;
	});
}

const files = writeGroups();

export default {
	files,
	// The slowest are the first in the lists, but for the browser.
	sortTestFiles: (one, other) => placeOf(one) - placeOf(other),
	// Many tests cause warnings on purpose. They are emitted all the same, and not printed.
	nodeArguments: ['--disable-warning=GatekeeperWarning'],
	workerThreads: false,
	// Some processes spend most of their time waiting for servers.
	concurrency: availableParallelism() + 1,
	timeout: '5m',
};

function placeOf(path) {
	return files.findIndex(file => path.endsWith(file));
}
