import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type {Ledger} from '../../../source/stores/local/ledger.ts';
import {tables} from '../../../source/stores/local/tables/keys.ts';
import {OpenedLedger} from '../../support/local/ledger.ts';
import {runs} from '../../support/runs.ts';
import {ban, escalating, limit} from '../contract/promised.ts';

const minute = 60_000;
const rules = [limit(10, minute)];

/** Each of so many clients sends one request. */
function flood(opened: OpenedLedger, from: number, to: number, now: number): void {
	for (let start = from; start < to; start += 500) {
		opened.do(ledger => {
			for (let number = start; number < Math.min(to, start + 500); number += 1) {
				ledger.admit(`client ${number}`, rules, {}, now + number);
			}
		});
	}
}

test('a flood of clients fills no more than a third of maxClients, and the file stays as large as it is', t => {
	const opened = new OpenedLedger({maxClients: 3000});
	flood(opened, 0, 20_000, 0);
	const {size} = opened;
	flood(opened, 20_000, 40_000, 0);

	const {clients} = opened.counted();
	t.true(clients <= 1000 && clients > 900, `${clients} clients`);
	t.is(opened.size, size);
	t.true(size < 10_000_000, `${size} bytes`);
});

test('a flood of clients pushes out neither those with a full rule nor busy ones, nor a ban', t => {
	const opened = new OpenedLedger({maxClients: 300});
	const small = [limit(2, minute, 'small')];
	opened.do(ledger => {
		ledger.ban('banned', {duration: Infinity}, 0);
		for (let request = 0; request < 8; request += 1) {
			ledger.admit('busy', rules, {}, 0);
			ledger.admit('full', small, {}, 0);
		}
	});
	flood(opened, 0, 5000, 1);

	const remaining = (client: string, of = rules) =>
		opened.do(ledger => ledger.inspect(client, of, undefined, 6000).quotas[0]?.remaining);
	t.is(remaining('busy'), 2);
	t.is(remaining('full', small), 0);
	t.is(opened.do(ledger => ledger.admit('banned', [], {}, 6000)).kind, 'banned');
});

test('of a flood, those that were quiet for longest are forgotten, and not the ones of the last moment', t => {
	const opened = new OpenedLedger({maxClients: 3000});
	flood(opened, 0, 5000, 0);

	const remembered = (from: number, to: number) =>
		opened.do(ledger => {
			let number = 0;
			for (let client = from; client < to; client += 1) {
				const [quota] = ledger.inspect(`client ${client}`, rules, undefined, 5000).quotas;
				number += quota?.remaining === 9 ? 1 : 0;
			}

			return number;
		});
	// A step forgets a quarter of a sample: the rest of the thousand are mostly the last ones.
	t.is(remembered(4900, 5000), 100);
	t.is(remembered(0, 1000), 0);
});

for (const quiet of [0, 5]) {
	test(`whichever process makes room, busy clients are forgotten for about as many others: ${quiet} quiet ones for each`, t => {
		const opened = new OpenedLedger({maxClients: 1500, processes: 16});
		const forgotten = (from: number, to: number) =>
			opened.do(
				ledger =>
					Array.from(
						{length: to - from},
						(_, index) =>
							ledger.inspect(`busy ${from + index}`, rules, undefined, to).quotas[0]?.remaining,
					).filter(remaining => remaining === 10).length,
			);
		for (let start = 0; start < 3000; start += 10) {
			opened.do(ledger => {
				for (let client = start; client < start + 10; client += 1) {
					for (let request = 0; request < 8; request += 1) {
						ledger.admit(`busy ${client}`, rules, {}, client);
					}
				}
			});
			flood(opened, start * quiet, (start + 10) * quiet, start);
			// Half of the five hundred that have room.
			t.is(forgotten(Math.max(0, start - 240), start + 10), 0, `${start}`);
		}

		t.is(forgotten(0, 2000), 2000);
	});
}

test('clients whose windows end beside them make no others go sooner', t => {
	const opened = new OpenedLedger({maxClients: 1500});
	const lasting = [limit(10, 1440 * minute)];
	const brief = [limit(10, 150, 'brief')];
	const fill = (ledger: Ledger, client: string, of: typeof rules, now: number) => {
		for (let request = 0; request < 8; request += 1) {
			ledger.admit(client, of, {}, now);
		}
	};
	for (let start = 0; start < 3000; start += 10) {
		const forgotten = opened.do(ledger => {
			for (let client = start; client < start + 10; client += 1) {
				fill(ledger, `lasting ${client}`, lasting, client);
				fill(ledger, `first ${client}`, brief, client);
				fill(ledger, `second ${client}`, brief, client);
				fill(ledger, `third ${client}`, brief, client);
			}

			// With the brief ones, they are half of the five hundred that have room.
			return Array.from({length: Math.min(start + 10, 60)}, (_, index) =>
				ledger.inspect(`lasting ${start + 9 - index}`, lasting, undefined, start + 9),
			).filter(({quotas}) => quotas[0]?.remaining === 10).length;
		});
		t.is(forgotten, 0, `${start}`);
	}
});

test('who is quiet goes first, however long the windows are', t => {
	const opened = new OpenedLedger({maxClients: 3000});
	const day = 86_400_000;
	const logins = [limit(10, day, 'login')];
	for (let number = 0; number < 1000; number += 500) {
		opened.do(ledger => {
			for (let client = number; client < number + 500; client += 1) {
				ledger.admit(`login ${client}`, logins, {}, 0);
			}
		});
	}

	const now = day / 2;
	opened.do(ledger => {
		for (let client = 0; client < 100; client += 1) {
			ledger.admit(`active ${client}`, rules, {}, now);
		}
	});
	flood(opened, 0, 300, now);

	const forgotten = opened.do(
		ledger =>
			Array.from(
				{length: 100},
				(_, client) => ledger.inspect(`active ${client}`, rules, undefined, now + 300).quotas[0],
			).filter(quota => quota?.remaining === 10).length,
	);
	t.is(forgotten, 0);
});

test('of busy clients, the first ones go, even if they are counted again', t => {
	const opened = new OpenedLedger({maxClients: 3000});
	const count = (from: number, to: number, times: number, now: number) => {
		for (let start = from; start < to; start += 100) {
			opened.do(ledger => {
				for (let client = start; client < Math.min(to, start + 100); client += 1) {
					for (let request = 0; request < times; request += 1) {
						ledger.admit(`client ${client}`, rules, {}, now);
					}
				}
			});
		}
	};
	count(0, 990, 8, 0);
	count(990, 1000, 8, 1);
	count(0, 990, 1, 2);
	count(1000, 1500, 8, 3);

	const remaining = Array.from({length: 10}, (_, index) =>
		opened.do(
			ledger => ledger.inspect(`client ${990 + index}`, rules, undefined, 4).quotas[0]?.remaining,
		),
	);
	t.deepEqual(remaining, Array(10).fill(2));
});

test('keys of a specific have room apart from clients', t => {
	const opened = new OpenedLedger({maxClients: 300});
	opened.do(ledger => ledger.admit('client', rules, {}, 0));
	for (let number = 0; number < 3000; number += 100) {
		opened.do(ledger => {
			for (let key = number; key < number + 100; key += 1) {
				ledger.admit(`key ${key}`, rules, {requester: 'client'}, 1);
			}
		});
	}

	t.deepEqual(
		opened.do(ledger => ledger.inspect('client', rules, undefined, 1).quotas[0]?.remaining),
		9,
	);
	t.like(opened.counted(), {clients: 1, userKeys: 100});
});

test('clients that are quiet for longer than every window leave the file, with the blocks of their logs', t => {
	const opened = new OpenedLedger({maxClients: 30_000});
	const large = [limit(5000, minute, 'large')];
	flood(opened, 0, 2000, 0);
	opened.do(ledger => {
		for (let request = 0; request < 2000; request += 1) {
			ledger.admit('busy', large, {}, 0);
		}

		ledger.report('reported', ban(3, minute, minute), {weight: 2}, 0);
		ledger.ban('banned', {duration: minute}, 0);
		ledger.report('struck', escalating(1, minute, [10, 20], minute), {weight: 1}, 0);
	});
	t.true(opened.recordsIn(tables.blocks) > 10);

	let steps = 0;
	const now = 2 * minute + 2001;
	while (opened.do(ledger => ledger.sweep(now, 256))) {
		steps += 1;
		t.true(steps < 50);
	}

	t.deepEqual(opened.counted(), {
		clients: 0,
		userKeys: 0,
		reports: 0,
		trap: 0,
		operator: 0,
		strikes: 0,
	});
	t.deepEqual(opened.totals(), opened.counted());
	t.is(opened.recordsIn(tables.blocks), 0);
});

test('a step of the sweep removes no more than it looks at, and room is made in small steps, also of long logs', t => {
	const opened = new OpenedLedger({maxClients: 300});
	const large = [limit(5000, minute, 'large')];
	const fill = (from: number, to: number, now: number) => {
		for (let client = from; client < to; client += 1) {
			opened.do(ledger => ledger.admit(`client ${client}`, large, {costs: [4000]}, now));
		}
	};
	fill(0, 100, 0);
	const blocks = opened.recordsIn(tables.blocks);
	t.true(blocks > 2000);

	fill(100, 101, 1);
	t.true(opened.changes < 150, `${opened.changes} changes`);
	t.true(opened.recordsIn(tables.blocks) < blocks);

	fill(101, 200, 1);
	t.true(opened.recordsIn(tables.blocks) <= blocks);
	do {
		t.true(opened.changes <= 300, `${opened.changes} changes`);
	} while (opened.do(ledger => ledger.sweep(2 * minute, 256)));

	t.is(opened.recordsIn(tables.blocks), 0);
	t.is(opened.counted().clients, 0);
});

test('a step that changes more than usual makes room for that first', t => {
	const opened = new OpenedLedger();
	const large = [limit(1_000_000, minute, 'large')];
	const {size} = opened;
	let during = 0;
	opened.do(ledger => {
		ledger.admit('busy', large, {costs: [1_000_000]}, 0);
		during = opened.size;
	});

	t.true(opened.changes > 7000);
	t.true(during > size, 'before LMDB has written anything');
	t.true(opened.size - during < 1_000_000, `${opened.size} bytes after ${during}`);
});

test('a client that is forgotten or reset leaves no blocks behind', t => {
	const opened = new OpenedLedger();
	const large = [limit(5000, minute, 'large')];
	const fill = () =>
		opened.do(ledger => {
			for (let request = 0; request < 2000; request += 1) {
				ledger.admit('busy', large, {}, 0);
			}
		});
	fill();
	opened.do(ledger => ledger.reset('busy'));
	t.is(opened.recordsIn(tables.blocks), 0);

	fill();
	for (let number = 0; number < 400; number += 1) {
		opened.do(ledger => {
			for (let request = 0; request < 8; request += 1) {
				ledger.admit(`client ${number}`, rules, {}, number);
			}
		});
	}

	t.is(opened.recordsIn(tables.blocks), 0);
});

test('beyond maxBans, the ban of its kind that began first gives way', t => {
	const opened = new OpenedLedger({maxBans: 20});
	const banRule = escalating(1, minute, [minute], minute);
	opened.do(ledger => {
		ledger.ban('operator', {duration: Infinity}, 0);
		for (let number = 0; number < 50; number += 1) {
			ledger.report(`reported ${number}`, banRule, {weight: 1}, number);
			ledger.ban(`trapped ${number}`, {duration: minute, isTrap: true}, number);
		}
	});

	const isBanned = (client: string) =>
		opened.do(ledger => ledger.admit(client, [], {}, 50)).kind === 'banned';
	t.like(opened.counted(), {reports: 20, trap: 20, operator: 1, strikes: 20});
	t.deepEqual(opened.totals(), opened.counted());
	for (const kind of ['reported', 'trapped']) {
		t.false(isBanned(`${kind} 29`));
		t.true(isBanned(`${kind} 30`));
		t.true(isBanned(`${kind} 49`));
	}

	t.true(isBanned('operator'));
});

test('the totals are those of the tables, whatever happens', t => {
	const client = fc.integer({min: 0, max: 40}).map(number => `client ${number}`);
	const step = fc.oneof(
		{
			weight: 6,
			arbitrary: fc.record({
				do: fc.constant('admit' as const),
				client,
				times: fc.integer({min: 1, max: 9}),
			}),
		},
		{weight: 2, arbitrary: fc.record({do: fc.constant('report' as const), client})},
		{
			weight: 2,
			arbitrary: fc.record({do: fc.constant('ban' as const), client, isTrap: fc.boolean()}),
		},
		{
			weight: 1,
			arbitrary: fc.record({do: fc.constantFrom('unban' as const, 'reset' as const), client}),
		},
		{weight: 2, arbitrary: fc.record({do: fc.constant('pass' as const), ms: fc.nat({max: 40})})},
		{
			weight: 1,
			arbitrary: fc.record({
				do: fc.constant('sweep' as const),
				looks: fc.integer({min: 1, max: 20}),
			}),
		},
	);
	const banRule = escalating(2, 30, [20, 50], 100);
	const few = [limit(2, 50, 'few'), limit(12, 20, 'many')];
	const one = [limit(1, 10, 'one')];

	t.notThrows(() =>
		fc.assert(
			fc.property(fc.array(step, {maxLength: 150, size: 'max'}), steps => {
				const opened = new OpenedLedger({maxClients: 12, maxBans: 5});
				let now = 0;
				for (const each of steps) {
					opened.do(ledger => {
						switch (each.do) {
							case 'admit':
								for (let time = 0; time < each.times; time += 1) {
									ledger.admit(each.client, few, {}, now);
									ledger.admit(each.client, one, {}, now);
									ledger.admit(each.client, few, {requester: 'other'}, now);
								}

								return;
							case 'report':
								return ledger.report(each.client, banRule, {weight: 1}, now);
							case 'ban':
								return ledger.ban(each.client, {duration: 30, isTrap: each.isTrap}, now);
							case 'unban':
							case 'reset':
								return ledger[each.do](each.client);
							case 'pass':
								now += each.ms;
								return;
							case 'sweep':
								return ledger.sweep(now, each.looks);
						}
					});
				}

				const counted = opened.counted();
				assert.deepEqual(opened.totals(), counted);
				assert.ok(counted.clients <= 12 && counted.userKeys <= 12 && counted.reports <= 5);
				opened.file.close();
			}),
			{numRuns: runs(60)},
		),
	);
});
