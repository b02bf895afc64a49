import {spawnSync} from 'node:child_process';

/** The names under which systems install Chromium, or a browser made of it. */
const names = [
	'chromium',
	'chromium-browser',
	'google-chrome-stable',
	'google-chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The path of the browser that the tests start: the one that `CHROMIUM` names, or one that is installed on this
 * machine. `npm run set-up` makes sure that there is one.
 *
 * @throws {Error} if `CHROMIUM` names a program that does not run
 */
export function chromiumProgram(): string | undefined {
	const {CHROMIUM: chosen} = process.env;
	const name = chosen || names.find(isBrowser);
	if (name !== undefined && !isBrowser(name)) {
		throw new Error(`CHROMIUM is not a browser that runs: ${name}`);
	}

	return name?.includes('/') ? name : pathOf(name);
}

function isBrowser(name: string): boolean {
	return spawnSync(name, ['--version']).status === 0;
}

/** The browser is started by its path. */
function pathOf(name: string | undefined): string | undefined {
	return name && spawnSync('sh', ['-c', `command -v ${name}`], {encoding: 'utf8'}).stdout.trim();
}
