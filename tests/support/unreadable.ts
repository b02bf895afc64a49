/** What throws whatever is read of it. */
export function unreadable(): object {
	const {proxy, revoke} = Proxy.revocable({}, {});
	revoke();
	return proxy;
}
