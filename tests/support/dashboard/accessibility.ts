import axe from 'axe-core';
import type {Page} from 'playwright-core';

/** What axe-core finds wrong with a page, such as `color-contrast: .quiet`. */
export async function violations(page: Page): Promise<readonly string[]> {
	await page.evaluate(axe.source);

	return page.evaluate(`axe
		.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
		.then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({target}) => id + ': ' + target)))`);
}
