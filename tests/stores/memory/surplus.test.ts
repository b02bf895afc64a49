import test from 'ava';
import {ClientLogs} from '../../../source/stores/memory/client-logs.ts';
import {NONE} from '../../../source/stores/memory/records.ts';
import {SlidingLog} from '../../../source/stores/memory/sliding-log.ts';
import {endSurplus} from '../../../source/stores/memory/surplus.ts';
import type {Rule} from '../../../source/stores/rule.ts';
import {bytesHeld} from '../../support/bytes-held.ts';
import {manualClockStore} from '../../support/manual-clock.ts';
import {ban, limit} from '../contract/promised.ts';

const minute = 60_000;

/** A store, and a client of it that makes the store use rules. */
function opened() {
	const {store, pass} = manualClockStore();
	const ask = (...rules: Rule[]) => store.admit('a', rules, {}).kind;

	return {store, pass, ask};
}

test('a client has up to 1,000 logs at once', t => {
	const {ask} = opened();
	const rules = Array.from({length: 1000}, (_, index) => limit(1, minute, `${index}`));
	for (const rule of rules) {
		ask(rule);
	}

	t.true(rules.every(rule => ask(rule) === 'limited'));
});

test('one log more takes the place of the quietest one', t => {
	const {ask, pass} = opened();
	const rules = Array.from({length: 1000}, (_, index) => limit(1, minute, `${index}`));
	const order = [...rules.slice(500), ...rules.slice(0, 500)];
	for (const rule of order) {
		pass(1);
		ask(rule);
	}

	pass(1);
	t.is(ask(limit(1, minute, 'one more')), 'admitted');
	t.is(ask(limit(1, minute, 'one more')), 'limited');
	const [quietest, ...others] = order;
	t.true(others.every(rule => ask(rule) === 'limited'));
	t.is(quietest && ask(quietest), 'admitted');
});

test('rules without end push out neither the rules that an app is made with nor reports', t => {
	const {store, ask, pass} = opened();
	const login = {...limit(5, 100 * minute, 'login'), isFixed: true};
	const banRule = ban(6, 100 * minute, minute);
	let admitted = 0;
	for (let round = 0; round < 8; round += 1) {
		// Before the app's own rule is used for the first time, too.
		for (let made = 0; made < 6000; made += 1) {
			pass(1);
			ask(limit(1, 100 * minute, `${round} ${made}`));
		}

		admitted += ask(login) === 'admitted' ? 1 : 0;
		if (round < 5) {
			t.is(store.report('a', banRule, {weight: 1}).reports, round + 1);
		}
	}

	t.is(admitted, 5);
	t.is(store.report('a', banRule, {weight: 1}).reports, 6);
});

test('no more logs end than must', t => {
	const logs = new ClientLogs();
	const log = new SlidingLog();
	let first = NONE;
	for (let number = 0; number < 2000; number += 2) {
		first = logs.begin(number, first);
		log.find(logs, first, number);
		log.add(5, 0);
	}

	const news = [5001, 5003].map(number => ({number, rule: limit(1, minute), log}));
	const counters = {isKept: () => false, isOver: () => false};
	t.is(logs.numberOf(endSurplus(logs, first, news, counters, 0)), 998);
});

test('it takes the place of one that is over, if any, even if that is less quiet', t => {
	const {ask, pass} = opened();
	const quiet = limit(1, 100 * minute, 'quiet');
	ask(quiet);
	for (let index = 0; index < 999; index += 1) {
		pass(1);
		ask(limit(1, index === 500 ? 1000 : minute, `${index}`));
	}

	pass(1000);
	ask(limit(1, minute, 'one more'));
	t.is(ask(quiet), 'limited');
	t.true(
		Array.from({length: 999}, (_, index) => index)
			.filter(index => index !== 500)
			.every(index => ask(limit(1, minute, `${index}`)) === 'limited'),
	);
});

test('a log that a peek has begun, and that is empty, gives way first', t => {
	const {store, ask} = opened();
	const first = limit(1, minute, 'first');
	ask(first);
	store.admit('a', [limit(1, minute, 'peeked')], {peek: true});
	for (let index = 0; index < 999; index += 1) {
		ask(limit(1, minute, `${index}`));
	}

	t.is(ask(first), 'limited');
	t.is(ask(limit(1, minute, '0')), 'limited');
});

test('a request under several new rules replaces as many logs, and never its own', t => {
	const {ask, pass} = opened();
	const own = limit(2, minute, 'own');
	ask(own);
	for (let index = 0; index < 999; index += 1) {
		pass(1);
		ask(limit(1, minute, `${index}`));
	}

	const news = ['x', 'y', 'z'].map(name => limit(1, minute, name));
	t.is(ask(...news, own), 'admitted');
	t.is(ask(own), 'limited', 'its own log is needed');
	t.true(news.every(rule => ask(rule) === 'limited'));
	t.true(
		Array.from({length: 996}, (_, index) => limit(1, minute, `${index + 3}`)).every(
			rule => ask(rule) === 'limited',
		),
	);
});

test('a request can be counted under more rules than that', t => {
	const {ask} = opened();
	const rules = Array.from({length: 1500}, (_, index) => limit(1, minute, `${index}`));
	t.is(ask(...rules), 'admitted');
	t.is(ask(...rules), 'limited');
	t.is(ask(limit(1, minute, 'another')), 'admitted');
});

test('reports are among the logs of a client', t => {
	const {store, ask} = opened();
	const rules = Array.from({length: 999}, (_, index) => limit(1, minute, `${index}`));
	store.report('a', ban(3, minute, 500), {weight: 2});
	for (const rule of rules) {
		ask(rule);
	}

	t.is(store.report('a', ban(3, minute, 500), {weight: 1}).reports, 3);
});

test.serial('a client for which rules are made without end takes a bounded amount of memory', t => {
	const {ask, pass} = opened();
	const before = bytesHeld();
	for (let made = 0; made < 20_000; made += 1) {
		pass(1);
		ask(limit(1, minute, `made for one request ${made}`));
	}

	const held = bytesHeld() - before;
	t.true(held < 8_000_000, `${held} bytes are held`);
	t.is(ask(limit(1, minute, 'made for one request 19001')), 'limited');
});
