/** Characters for which `parseurl`, Koa's parser of URLs, takes its slow path. */
const unusual = /[\t\n\f\r #\u00a0\ufeff]/;

/** Whether Koa parses a URL that begins with a slash by `url.parse()`. That is slow, and may find a host in it. */
export function isUnusualUrl(url: string): boolean {
	return unusual.test(url);
}
