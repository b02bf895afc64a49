import test from 'ava';
import {levelOf} from '../../../source/stores/memory/levels.ts';
import {MemoryStore} from '../../../source/stores/memory/memory-store.ts';
import {limit, quota} from '../contract/promised.ts';

const always = () => true;
const never = () => false;
const [small, large] = [limit(2, 1000), limit(100, 1000)];

test('a client with a full rule has level 1, and one with 8 requests under a rule has level 2', t => {
	t.is(levelOf([quota(small, 1, 1), quota(large, 93, 1)], always), 0);
	t.is(levelOf([quota(small, 0, 1), quota(large, 93, 1)], always), 1);
	t.is(levelOf([quota(small, 0, 1), quota(large, 92, 1)], always), 2);
	t.is(levelOf([quota(large, 92, 1), quota(small, 2, 1)], always), 2);
});

test('what one request may have counted is not many', t => {
	t.is(levelOf([quota(small, 1, 1), quota(large, 50, 1)], never), 0);
	t.is(levelOf([quota(small, 1, 1), quota(large, 0, 1)], never), 1);
	t.is(
		levelOf([quota(large, 50, 1), quota(large, 92, 1)], index => index === 1),
		2,
	);
	t.is(levelOf([quota(large, 93, 1)], always), 0);
});

test('a client earns the highest level by requests, not by what they cost', t => {
	let now = 0;
	const store = new MemoryStore({clock: () => now, maxClients: 12});
	const rules = [limit(2000, 3_600_000)];
	const request = (client: string, cost: number) => {
		now += 1;
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
