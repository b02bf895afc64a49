import {setTimeout} from 'node:timers/promises';
import type {Redis} from 'ioredis';

/** How many hash slots a cluster has. */
const SLOTS = 16_384;

/** Makes one cluster of some servers, each with its share of the slots. */
export async function join(members: readonly Redis[]): Promise<void> {
	const share = Math.ceil(SLOTS / members.length);
	await Promise.all(
		members.map(async (member, index) => {
			const first = index * share;
			const slots = Array.from(
				{length: Math.min(share, SLOTS - first)},
				(_, place) => first + place,
			);
			await member.cluster('ADDSLOTS', ...slots);
			await member.cluster('SET-CONFIG-EPOCH', index + 1);
		}),
	);
	await meet(members);
}

/** Adds a server to a cluster, as a replica of one of its members. */
export async function addReplica(
	replica: Redis,
	master: Redis,
	members: readonly Redis[],
): Promise<void> {
	await meet([...members, replica]);
	const id = String(await master.call('CLUSTER', 'MYID'));
	while (!String(await replica.call('CLUSTER', 'NODES')).includes(id)) {
		await setTimeout(20);
	}

	await replica.call('CLUSTER', 'REPLICATE', id);
	while (!/master_link_status:up/.test(await replica.info('replication'))) {
		await setTimeout(20);
	}

	// A failover is voted for by masters that know of the replica.
	for (const member of members) {
		while (!/ slave /.test(String(await member.call('CLUSTER', 'NODES')))) {
			await setTimeout(20);
		}
	}
}

/** Waits until a replica has received all that its master has written. WAIT looks at one connection's writes only. */
export async function untilReplicated(master: Redis, replica: Redis): Promise<void> {
	const written = offset(/master_repl_offset:(\d+)/, await master.info('replication'));
	while (offset(/slave_repl_offset:(\d+)/, await replica.info('replication')) < written) {
		await setTimeout(10);
	}
}

function offset(pattern: RegExp, info: string): number {
	return Number(pattern.exec(info)?.[1]);
}

/** Begins to move a slot from one master to another, as `redis-cli --cluster reshard` does. */
export async function beginMove(slot: number, from: Redis, to: Redis): Promise<void> {
	const [source, target] = await Promise.all([from, to].map(one => one.call('CLUSTER', 'MYID')));
	await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(source));
	await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(target));
}

/** Moves the keys of a slot whose move has begun, and ends the move. */
export async function endMove(slot: number, from: Redis, to: Redis): Promise<void> {
	const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 1000)) as string[];
	const port = String(to.options.port);
	await from.call('MIGRATE', '127.0.0.1', port, '', 0, 5000, 'KEYS', ...keys);
	const target = String(await to.call('CLUSTER', 'MYID'));
	await to.call('CLUSTER', 'SETSLOT', slot, 'NODE', target);
	await from.call('CLUSTER', 'SETSLOT', slot, 'NODE', target);
}

async function meet(members: readonly Redis[]): Promise<void> {
	for (const {options} of members.slice(1)) {
		await members[0]?.cluster('MEET', '127.0.0.1', options.port ?? 0);
	}

	await Promise.all(members.map(member => untilJoined(member, members.length)));
}

async function untilJoined(member: Redis, size: number): Promise<void> {
	for (;;) {
		const info = String(await member.call('CLUSTER', 'INFO'));
		if (/cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${size}`)) {
			return;
		}

		await setTimeout(20);
	}
}
