import test from 'ava';
import {RefusedClients} from '../../../source/dashboard/observations/refused-clients.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {dashboardClock} from '../../support/dashboard/clock.ts';
import {refusedEvent} from '../../support/dashboard/refused-event.ts';

function watched() {
	const clock = dashboardClock();

	return {clock, clients: new RefusedClients(clock)};
}

test('the clients that were refused most come first, with their last refusal', t => {
	const {clock, clients} = watched();
	clients.note(refusedEvent('192.0.2.1'));
	clients.note(refusedEvent('192.0.2.2'));
	clock.pass(1000);
	clients.note(refusedEvent('192.0.2.2', {kind: 'banned', rules: []}));

	t.deepEqual(clients.read(), [
		{client: '192.0.2.2', refused: 2, kind: 'banned', rule: '', lastAt: clock.wall()},
		{client: '192.0.2.1', refused: 1, kind: 'limited', rule: 'global', lastAt: clock.wall() - 1000},
	]);
});

test('at most 20 clients are shown', t => {
	const {clients} = watched();
	for (let index = 0; index < 30; index += 1) {
		clients.note(refusedEvent(`192.0.2.${index}`));
	}

	t.is(clients.read().length, 20);
});

test('refusals of an hour are added up, and older ones are forgotten', t => {
	const {clock, clients} = watched();
	for (let minute = 0; minute < 60; minute += 1) {
		clients.note(refusedEvent('192.0.2.1'));
		clock.pass(60_000);
	}

	t.is(clients.read()[0]?.refused, 50);
	clock.pass(20 * 60_000);
	t.is(clients.read()[0]?.refused, 30);
	clock.pass(3_600_000);
	t.deepEqual(clients.read(), []);
});

test('a million addresses take no more memory than a thousand, and hide no client that is refused often', t => {
	const {clients} = watched();
	const note = (from: number, to: number) => {
		for (let index = from; index < to; index += 1) {
			clients.note(refusedEvent(`2001:db8:${index >> 16}:${index & 0xffff}::/64`));
			if (index % 50 === 0) {
				clients.note(refusedEvent('192.0.2.1'));
			}
		}
	};
	note(0, 10_000);
	const before = bytesHeld();
	note(10_000, 1_000_000);
	const grown = bytesHeld() - before;

	t.true(grown < 500_000, `${grown} bytes`);
	const [first] = clients.read();
	t.is(first?.client, '192.0.2.1');
	t.true((first?.refused ?? 0) <= 20_000);
	t.true((first?.refused ?? 0) > 17_900, `${first?.refused}`);
});

test('a client is explained by its first refusal', t => {
	const {clock, clients} = watched();
	let explained = 0;
	const event = (client: string, name = client) => {
		const explain = () => {
			explained += 1;
			return {client: name, exemption: undefined, peer: '127.0.0.1', end: 'client', passed: []};
		};
		return refusedEvent(client, {
			ctx: {state: {gatekeeper: {client: name, explain}}} as never,
		});
	};
	clients.note(event('192.0.2.1'));
	clients.note(event('192.0.2.1'));

	t.is(clients.explanationOf('192.0.2.1')?.peer, '127.0.0.1');
	t.is(explained, 1);
	t.is(clients.explanationOf('192.0.2.2'), undefined);
	clients.note(event('192.0.2.3', 'key:alice'));
	t.is(clients.explanationOf('192.0.2.3'), undefined);
	clock.pass(2 * 3_600_000);
	t.is(clients.explanationOf('192.0.2.1'), undefined);
});

test('of a header only 500 characters are kept, and of the proxies 20', t => {
	const {clients} = watched();
	const explain = () => ({
		client: '192.0.2.1',
		peer: '127.0.0.1',
		end: 'client',
		value: 'x'.repeat(16_000),
		passed: new Array(100).fill('10.0.0.1'),
	});
	clients.note(
		refusedEvent('192.0.2.1', {
			ctx: {state: {gatekeeper: {client: '192.0.2.1', explain}}} as never,
		}),
	);

	const {value, passed} = clients.explanationOf('192.0.2.1') ?? {};
	t.is(value, `${'x'.repeat(500)}…`);
	t.is(passed?.length, 20);
});
