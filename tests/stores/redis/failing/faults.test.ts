import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {RedisStore} from '../../../../source/redis.ts';
import {inTime} from '../../../../source/stores/guard/deadline.ts';
import {packages} from '../../../support/redis/clients.ts';
import {
	COUNT,
	type FaultyServer,
	forEachPackage,
	sendMany,
} from '../../../support/redis/faulty-server.ts';
import {warnings} from '../../../support/warnings.ts';

interface Fault {
	readonly begin: (faulty: FaultyServer) => unknown;
	readonly end?: (faulty: FaultyServer) => unknown;
	/** Whether the store fails, so that the policy decides. */
	readonly fails: boolean;
	/** The code of a warning about it, besides those of every failure. */
	readonly warning?: string;
}

const faults: Readonly<Record<string, Fault>> = {
	'is killed': {
		begin: ({server}) => server.kill(),
		end: ({server}) => server.restart(),
		fails: true,
	},
	hangs: {begin: ({server}) => server.pause(), end: ({server}) => server.resume(), fails: true},
	'cannot be reached': {
		begin: ({network}) => network.stall(),
		end: ({network}) => network.flow(),
		fails: true,
	},
	'is out of memory': {
		begin: ({run}) => run('CONFIG', 'SET', 'maxmemory', '1'),
		end: ({run}) => run('CONFIG', 'SET', 'maxmemory', '0'),
		fails: true,
	},
	'becomes read-only': {
		begin: ({run}) => run('REPLICAOF', '127.0.0.1', '1'),
		end: ({run}) => run('REPLICAOF', 'NO', 'ONE'),
		fails: true,
		warning: 'GATEKEEPER_READ_ONLY',
	},
	'has its scripts flushed': {begin: ({run}) => run('SCRIPT', 'FLUSH'), fails: false},
	'has lists in place of its keys': {
		begin: async ({run, prefix}) => {
			const keys = (await run('KEYS', `${prefix}*`)) as string[];
			// In one step, since requests that write the keys are on their way.
			const script =
				"for _, key in ipairs(KEYS) do redis.call('DEL', key) redis.call('RPUSH', key, 'x') end";
			await run('EVAL', script, String(keys.length), ...keys);
		},
		fails: false,
	},
};

for (const [what, fault] of Object.entries(faults)) {
	test.serial(
		`a server that ${what} under load fails no request, and admits at most one extra quota`,
		async t => {
			const heard = warnings(t);
			await forEachPackage(t, (faulty, name) => breakUnderLoad(t, faulty, fault, name));

			const each = fault.fails ? ['GATEKEEPER_STORE_FAILED', 'GATEKEEPER_STORE_RECOVERED'] : [];
			if (fault.warning) {
				each.push(fault.warning);
			}

			t.deepEqual(
				(await heard.codes()).toSorted(),
				Object.keys(packages)
					.flatMap(() => each)
					.toSorted(),
			);
		},
	);
}

test.serial('a server that was restarted has no scripts, and fails no request', async t => {
	const heard = warnings(t);
	await forEachPackage(t, async ({http, server, store}, name) => {
		t.is((await http.get('/')).status, 200);
		await server.restart();
		await untilReplies(store);

		t.is(admitted(await sendMany(http)), COUNT, name);
	});
	t.deepEqual(await heard.codes(), []);
});

async function breakUnderLoad(
	t: ExecutionContext,
	faulty: FaultyServer,
	fault: Fault,
	name: string,
): Promise<void> {
	const {http, gate, store, pass} = faulty;
	t.is((await http.get('/')).status, 200);

	const before = sendMany(http);
	await fault.begin(faulty);
	const during = [...(await before), ...(await sendMany(http))];
	t.deepEqual([...new Set(during)].sort(), [200, 429], name);
	// Those that the store admitted, and the quota of this process's own memory.
	t.true(admitted(during) <= 2 * COUNT, `${name}: ${admitted(during)} were admitted`);

	await fault.end?.(faulty);
	await untilReplies(store);
	pass(1000);
	await http.get('/');
	await gate.reset('127.0.0.1');
	t.is(admitted(await sendMany(http)), COUNT, `${name}: the store decides again`);
	pass(10_000);
	await http.get('/');
}

function admitted(statuses: readonly number[]): number {
	return statuses.filter(status => status === 200).length;
}

/** Resolves once the client of the store has found the server again. */
async function untilReplies(store: RedisStore): Promise<void> {
	for (;;) {
		try {
			await inTime(Promise.resolve(store.admit('nobody', [], {})), 100);
			return;
		} catch {
			await setTimeout(20);
		}
	}
}
