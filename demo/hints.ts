/** Prints what to try with the demo. */
export function printHints(url: string, notes: readonly string[]): void {
	console.log(`The demo listens at ${url}.${notes.map(note => `\n${note}`).join('')}

The dashboard:
  ${url}/dashboard

A crowd with a few attackers, for it to show, in another terminal:
  npm run crowd

Try there, too:

200, with the RateLimit fields:
  curl -i ${url}/ping

429 for the second request within 10 seconds, with Retry-After:
  curl -i ${url}/global_plus_specific
  curl -i ${url}/global_plus_specific

429 for the 101st request within a minute; /standalone and /bypass stay open:
  for i in $(seq 101); do curl -s -o /dev/null -w '%{http_code} ' ${url}/ping; done; curl -i ${url}/ping
  curl -i ${url}/standalone
  curl -i ${url}/bypass

403 on every route but /bypass and /dashboard, after three wrong passwords (first wait a minute, until the limit has room again):
  for i in 1 2 3; do curl -i ${url}/login -H 'Content-Type: application/json' -d '{"password": "guess"}'; done
  curl -i ${url}/ping
`);
}
