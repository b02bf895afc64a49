import test from 'ava';
import {readDecision} from '../../../source/stores/redis/decision-protocol.ts';
import {ReplyCache} from '../../../source/stores/reply-cache/reply-cache.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {limit} from '../contract/promised.ts';

const CLIENTS = 1000;
const LISTS = 16;

test.serial('a refusal that is remembered takes 500 bytes, so that all take 80 MB at most', t => {
	const lists = Array.from({length: LISTS}, (_, list) => [limit(1, 60_000, `list ${list}`)]);
	const cache = new ReplyCache({believesNoBan: true});
	const before = bytesHeld();
	for (let client = 0; client < CLIENTS; client += 1) {
		for (const rules of lists) {
			const values = [1, 1, 0, 0, 60_000, 0].values();
			const {verdict, unchangedForMs} = readDecision(values, rules, {});
			const asked = {client: `client ${client}`, rules, options: {}, at: 0, version: 0};
			cache.learn(asked, verdict, 0, unchangedForMs);
		}
	}

	const held = (bytesHeld() - before) / (CLIENTS * LISTS);
	t.true(held < 560, `${held} bytes each`);
	t.is(cache.recall('client 0', lists[0] ?? [], {}, 1)?.kind, 'limited');
});
