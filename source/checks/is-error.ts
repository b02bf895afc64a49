/** Whether Koa takes something thrown for an error. For anything else it sends 500. */
export function isError(thrown: unknown): thrown is Error {
	return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
}
