import test from 'ava';
import {levelOf} from '../../../source/stores/deciding/levels.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {limit} from '../contract/promised.ts';

const [small, large] = [limit(2, 1000), limit(100, 1000)];

test('a client with a full rule has level 1, and one with 8 requests under a rule has level 2', t => {
	const level = (smalls: number, larges: number, requests: number) =>
		levelOf([
			{rule: small, log: {length: smalls, requests: smalls}},
			{rule: large, log: {length: larges, requests}},
		]);

	t.is(level(1, 7, 7), 0);
	t.is(level(2, 7, 7), 1);
	t.is(level(2, 8, 8), 2);
	t.is(level(0, 50, 8), 2);
	t.is(level(0, 99, 7), 0, 'whatever they cost');
	t.is(level(0, 100, 1), 1);
});

test('a client earns the highest level by requests, not by what they cost', t => {
	const store = new MemoryStore({clock: () => 0, maxClients: 12});
	const rules = [limit(2000, 3_600_000)];
	const request = (client: string, cost: number) => {
		const verdict = store.admit(client, rules, {costs: [cost]});
		return verdict.kind === 'admitted' ? verdict.quotas[0]?.remaining : undefined;
	};
	for (let requests = 0; requests < 8; requests += 1) {
		request('busy', 2);
	}

	for (let flood = 0; flood < 100; flood += 1) {
		request(`flood ${flood}`, 1000);
		request(`flood ${flood}`, 1);
		request(`flood ${flood}`, 0);
	}

	t.is(request('busy', 2), 2000 - 18, 'remembered');
	t.is(request('flood 0', 1), 1999, 'forgotten');
});
