/*
 * One browser for all the test files of a process that import this one.
 */
import test, {type ExecutionContext} from 'ava';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {chromiumProgram} from './chromium.ts';

/** A page that is open in a browser until the test ends. */
export interface Visit {
	readonly page: Page;
	/** What the browser complained about: errors, warnings, and breaches of the content security policy. */
	readonly problems: readonly string[];
}

export interface VisitOptions extends BrowserContextOptions {
	/** Whether the test moves the time of the page, which stands still otherwise. */
	readonly isClockManual?: boolean;
}

/** Milliseconds. A condition that a test waits for is met long before. */
const PATIENCE = 30_000;

/** How many tests may have pages open at a time: to load one takes a core. */
const PLACES = 2;

let browser: Promise<Browser> | undefined;

const holders = new Set<ExecutionContext>();
const waiting: Array<() => void> = [];

test.after.always(async () => {
	await (await browser)?.close();
});

/** Opens the dashboard as a visitor of its own, and waits until it is live. */
export async function visit(
	t: ExecutionContext,
	url: string,
	options: VisitOptions = {},
): Promise<Visit> {
	const opened = await openBrowser(t, options);
	await opened.page.goto(url);
	if (options.javaScriptEnabled !== false) {
		await opened.page.locator('#live[data-state=live]').waitFor();
	}

	return opened;
}

/** Opens an empty page of a visitor of its own, with no cookies and nothing cached. */
export async function openBrowser(
	t: ExecutionContext,
	{isClockManual = false, ...options}: VisitOptions = {},
): Promise<Visit> {
	await takePlace(t);
	browser ??= launch();
	const context = await (await browser).newContext({
		locale: 'en-GB',
		timezoneId: 'UTC',
		viewport: {width: 1280, height: 900},
		...options,
	});
	t.teardown(() => context.close());
	context.setDefaultTimeout(PATIENCE);
	const page = await context.newPage();
	const problems: string[] = [];
	page.on('pageerror', error => problems.push(String(error)));
	page.on('console', message => problems.push(message.text()));
	if (isClockManual) {
		await page.clock.install();
		await page.clock.pauseAt(Date.now() + 1000);
	}

	return {page, problems};
}

/** Waits until an expression is true in the page. Playwright's own way breaches the page's policy. */
export async function until(page: Page, condition: string): Promise<void> {
	await page.evaluate(`new Promise(resolve => {
		const look = () => ((${condition}) ? resolve() : setTimeout(look, 20));
		look();
	})`);
}

/** Waits until a place is free. A test that has one may open more pages. */
async function takePlace(t: ExecutionContext): Promise<void> {
	while (!holders.has(t) && holders.size >= PLACES) {
		await new Promise<void>(resolve => {
			waiting.push(resolve);
		});
	}

	if (!holders.has(t)) {
		holders.add(t);
		t.teardown(() => {
			holders.delete(t);
			waiting.shift()?.();
		});
	}
}

async function launch(): Promise<Browser> {
	const program = chromiumProgram();
	if (program === undefined) {
		throw new Error('There is no Chromium: run npm run set-up');
	}

	return chromium.launch({
		executablePath: program,
		// Root has no sandbox, and a browser that tests a local page needs nothing from the network.
		chromiumSandbox: process.getuid?.() !== 0,
		args: [
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}
