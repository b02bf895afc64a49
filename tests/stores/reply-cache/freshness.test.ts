import test from 'ava';
import {Belief} from '../../../source/stores/reply-cache/freshness.ts';

test('a reply is believed for a second after its question, and renewed shortly before', t => {
	const belief = new Belief(10, 510);
	t.deepEqual([belief.isHeld(1009), belief.isHeld(1010)], [true, false]);
	t.deepEqual([belief.isDue(809), belief.isDue(810)], [false, true]);
	t.false(belief.isHeld(9), 'the clock has gone back');
});

test('an earlier reply is believed until the reply to a question that was asked again', t => {
	const belief = new Belief(10, 10);
	const settled = belief.renew(new AbortController(), 900);
	t.true(belief.isHeld(5000));
	t.false(belief.isDue(5000), 'one request has asked');
	t.false(belief.isHeld(9), 'the clock has gone back');

	settled?.();
	t.deepEqual([belief.isHeld(900), belief.isDue(900)], [true, true]);
	t.false(belief.isHeld(5000));
});

test('an earlier reply is not believed any longer once the question is given up', t => {
	const belief = new Belief(10, 10);
	const asking = new AbortController();
	const settled = belief.renew(asking, 900);
	asking.abort();
	t.deepEqual([belief.isHeld(1009), belief.isHeld(1010)], [true, false]);
	t.true(belief.isDue(900), 'another request asks');

	belief.renew(new AbortController(), 900);
	settled?.();
	t.true(belief.isHeld(5000), 'that one is still awaited');
});

test('a question that nobody gives up does not make an earlier reply last longer', t => {
	const belief = new Belief(10, 10);
	belief.renew(undefined, 900);
	t.false(belief.isDue(900));
	t.false(belief.isHeld(1010));
});

test('a reply that was on its way for a second is believed until one request can ask again', t => {
	const belief = new Belief(10, 1510);
	t.true(belief.isDue(1510));
	t.deepEqual([belief.isHeld(1709), belief.isHeld(1710)], [true, false]);
});

test('a question that was asked later than a second does not make an earlier reply believed again', t => {
	const belief = new Belief(10, 10);
	belief.renew(new AbortController(), 1010);
	t.false(belief.isHeld(1010));
});

test('while a question is on its way, no other makes an earlier reply last longer', t => {
	const belief = new Belief(10, 10);
	const settled = belief.renew(new AbortController(), 900);
	t.is(belief.renew(new AbortController(), 1500), undefined);
	settled?.();
	t.false(belief.isHeld(1500));
});
