import test from 'ava';
import {ReplyCache} from '../../../source/stores/reply-cache/reply-cache.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import type {Verdict} from '../../../source/stores/verdict.ts';
import {bannedBy, limit, limitedBy, quota} from '../contract/promised.ts';

const rules = [limit(1, 60_000)];
const limited = limitedBy(...rules.map(rule => quota(rule, 0, 60_000)));

function learn(cache: ReplyCache, verdict: Verdict, version: number, costs?: number[]): void {
	const options = costs === undefined ? {} : {costs};
	cache.learn({client: 'a', rules, options, at: 0, version}, verdict, 0);
}

test('a refusal that arrives after a later give-back is not remembered', t => {
	const cache = new ReplyCache({believesNoBan: true});
	const {version} = cache;
	cache.gaveBack('a', rules);
	learn(cache, limited, version);
	t.is(cache.recall('a', rules, {}, 0), undefined);

	learn(cache, limited, cache.version);
	t.is(cache.recall('a', rules, {}, 0)?.kind, 'limited');
});

test('a give-back of one client leaves what is remembered of the others', t => {
	const cache = new ReplyCache({believesNoBan: true});
	const {version} = cache;
	cache.gaveBack('b', rules);
	learn(cache, limited, version);
	cache.gaveBack('b', rules);

	t.is(cache.recall('a', rules, {}, 0)?.kind, 'limited');
});

test('a late count that finds a ban ends what shows that there is none', t => {
	const cache = new ReplyCache({believesNoBan: true});
	const about = (rules: readonly Rule[], options = {}) => ({
		client: 'a',
		rules,
		options,
		at: 0,
		version: cache.version,
	});
	cache.learn(about(rules), limited, 0);
	cache.noteRefused('a', 0);
	cache.learn(about([]), {kind: 'admitted', quotas: []}, 0);
	t.is(cache.recall('a', rules, {}, 0)?.kind, 'limited');
	t.is(cache.recall('a', [], {}, 0)?.kind, 'admitted');

	cache.learn(about(rules, {late: true}), bannedBy('hand', 500), 0);
	t.is(cache.recall('a', rules, {}, 0), undefined);
	t.is(cache.recall('a', [], {}, 0), undefined);
});

test('a ban of which the outcome of a report tells ends the belief that there is none', t => {
	const cache = new ReplyCache({believesNoBan: true});
	const about = {client: 'a', rules: [], options: {}, at: 0, version: cache.version};
	cache.learn(about, {kind: 'admitted', quotas: []}, 0);
	cache.noteRefused('a', 0);
	t.is(cache.recall('a', [], {}, 0)?.kind, 'admitted');
	cache.foundBan('a');
	t.is(cache.recall('a', [], {}, 0), undefined);
});

test('a ban is recalled for requests of any cost, and a limit at its own', t => {
	const cache = new ReplyCache({believesNoBan: true});
	learn(cache, limited, cache.version, [3]);
	t.is(cache.recall('a', rules, {costs: [3]}, 0)?.kind, 'limited');
	t.is(cache.recall('a', rules, {costs: [2]}, 0), undefined);
	learn(cache, bannedBy('hand', 500), cache.version, [3]);
	t.is(cache.recall('a', rules, {costs: [2]}, 0)?.kind, 'banned');
});
