import test from 'ava';
import {Health} from '../../../source/stores/guard/health.ts';

function opened() {
	let now = 0;
	const reported: string[] = [];
	const health = new Health({
		clock: () => now,
		onFailing: error => reported.push(`failing: ${error}`),
		onWorking: () => reported.push('working'),
	});

	return {
		health,
		reported,
		pass: (ms: number) => {
			now += ms;
		},
		fail: (times: number) => {
			for (let failed = 0; failed < times; failed += 1) {
				health.failed('down');
			}
		},
	};
}

test('the first failure, and ten seconds without one, are reported once each', t => {
	const {health, reported, fail, pass} = opened();

	health.succeeded();
	t.deepEqual(reported, []);
	fail(7);
	t.deepEqual(reported, ['failing: down']);
	health.succeeded();
	pass(9999);
	health.succeeded();
	fail(1);
	pass(9999);
	health.succeeded();
	t.deepEqual(reported, ['failing: down']);
	pass(1);
	health.succeeded();
	health.succeeded();
	t.deepEqual(reported, ['failing: down', 'working']);
	fail(1);
	t.deepEqual(reported, ['failing: down', 'working', 'failing: down']);
});
