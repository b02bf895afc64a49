import test from 'ava';
import type {GatekeeperOptions} from '../../source/index.ts';
import {gatedApp} from './gated-app.ts';
import {who} from './handlers.ts';
import {servePeers} from './peers.ts';

/** A request: the peer's address, the lines of its header, and the client that it comes from. */
export type Row = readonly [peer: string, lines: readonly string[], client: string];

export const proxy = '10.0.0.5';
export const stranger = '198.51.100.66';

/** Requests of one peer, each with one line of a header. */
export function sent(
	peer: string,
	header: string,
	rows: ReadonlyArray<readonly [value: string, client: string]>,
): readonly Row[] {
	return rows.map(([value, client]) => [peer, [`${header}: ${value}`], client]);
}

/** Declares a test that sends these requests over HTTP, and checks which client the gate finds. */
export function testClients(title: string, options: GatekeeperOptions, rows: readonly Row[]): void {
	test(title, async t => {
		const {app} = gatedApp(options, router => {
			router.get('/who', who);
		});
		const ask = await servePeers(t, app);

		for (const [peer, lines, client] of rows) {
			t.is(await ask(peer, lines), client, `${peer} ${lines.join(' | ').slice(0, 200)}`);
		}
	});
}
