/*
 * `npm run screenshots` takes the pictures of docs/: it runs the demo, lets the crowd come for a while, and photographs
 * the dashboard as it is.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {type Browser, type BrowserContextOptions, chromium} from 'playwright-core';
import {chromiumProgram} from '../tests/support/dashboard/chromium.ts';

/** Seconds that the crowd is there before the pictures are taken. */
const CROWD = Number(process.env.CROWD ?? 300);

const folder = 'docs/images';
const desktop = {viewport: {width: 1280, height: 900}, deviceScaleFactor: 1.5} as const;
const phone = {viewport: {width: 360, height: 740}, deviceScaleFactor: 2, isMobile: true} as const;

function start(program: string, port: number): ChildProcess {
	return spawn(process.execPath, ['--import=tsx', program], {
		env: {...process.env, PORT: String(port)},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
}

/** The address that the demo prints. */
async function addressOf(demo: ChildProcess): Promise<URL> {
	let printed = '';
	for await (const text of demo.stdout ?? []) {
		printed += text;
		const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
		if (address !== undefined) {
			return new URL('/dashboard', address);
		}
	}

	throw new Error(`The demo ended, having printed '${printed}'`);
}

async function photograph(
	browser: Browser,
	url: URL,
	name: string,
	options: BrowserContextOptions,
	fullPage = true,
): Promise<void> {
	const context = await browser.newContext({locale: 'en-GB', timezoneId: 'UTC', ...options});
	const page = await context.newPage();
	await page.goto(url.href);
	await page.locator('#live[data-state=live]').waitFor();
	await page.screenshot({path: `${folder}/${name}.png`, fullPage});
	await context.close();
}

mkdirSync(folder, {recursive: true});
const demo = start('demo/start.ts', 0);
const url = await addressOf(demo);
const browser = await chromium.launch({
	executablePath: chromiumProgram() ?? 'chromium',
	chromiumSandbox: process.getuid?.() !== 0,
});
await photograph(browser, url, 'empty', desktop);

const crowd = start('demo/crowd.ts', Number(url.port));
console.log(`The crowd comes for ${CROWD} seconds.`);
await setTimeout(CROWD * 1000);
await photograph(browser, url, 'dashboard', desktop, false);
await photograph(browser, url, 'dark', {...desktop, colorScheme: 'dark'});
await photograph(browser, url, 'phone', {...phone, colorScheme: 'dark'}, false);
url.search = '?client=203.0.113.9';
await photograph(browser, url, 'client', desktop, false);

crowd.kill();
demo.kill();
await browser.close();
