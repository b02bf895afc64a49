import test from 'ava';
import {gatekeeper, MemoryStore} from '../../source/index.ts';
import {forwardTo} from '../support/forwarding-store.ts';
import {bansOf, gatedApp} from '../support/gated-app.ts';
import {manualClockStore} from '../support/manual-clock.ts';

test('bans() rejects if a page of the store is not a list, or never ends', async t => {
	for (const page of [
		5,
		undefined,
		(function* () {
			for (;;) {
				yield {client: 'a', by: 'hand', endsInMs: 0};
			}
		})(),
	]) {
		const store = forwardTo(new MemoryStore(), {bans: () => [page as never]});
		const gate = gatekeeper({store});

		await t.throwsAsync(bansOf({gate}), {message: /as a page of bans/});
	}
});

test('leaving bans() early closes the iteration in the store', async t => {
	let isClosed = false;
	const gate = gatekeeper({
		store: forwardTo(new MemoryStore(), {
			async *bans() {
				try {
					yield [{client: 'a', by: 'hand' as const, endsInMs: 1000}];
					yield [{client: 'b', by: 'hand' as const, endsInMs: 1000}];
				} finally {
					isClosed = true;
				}
			},
		}),
	});

	for await (const {client} of gate.bans()) {
		t.is(client, 'a');
		break;
	}

	t.true(isClosed);
});

test('bans() that is read slowly yields current times, and no ban that has ended', async t => {
	const {gate, pass} = gatedApp();
	await gate.ban('192.0.2.1', {duration: 10});
	await gate.ban('192.0.2.2', {duration: 10});
	await gate.ban('192.0.2.3', {duration: 40});
	const times: number[] = [];
	for await (const {retryAfter} of gate.bans()) {
		times.push(retryAfter);
		pass(10_000);
	}

	t.deepEqual(times, [10, 30]);
});

test('the event loop keeps running while bans() yields many bans', async t => {
	const {store} = manualClockStore();
	const gate = gatekeeper({store});
	for (let index = 0; index < 100_000; index += 1) {
		store.ban(`client ${index}`, {duration: 1000});
	}

	let turns = 0;
	let isListed = false;
	const countTurns = () => {
		turns += 1;
		if (!isListed) {
			setImmediate(countTurns);
		}
	};
	countTurns();

	let listed = 0;
	for await (const _ of gate.bans()) {
		listed += 1;
	}

	isListed = true;
	t.is(listed, 100_000);
	t.true(turns >= 100, `${turns} turns of the event loop`);
});
