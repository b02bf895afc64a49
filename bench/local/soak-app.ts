import {readdirSync, readFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {Router} from '@koa/router';
import Koa from 'koa';
import {type Gatekeeper, gatekeeper, specific} from '../../dist/index.js';
import {LocalStore} from '../../dist/local.js';
import {bytesHeld} from '../../tests/support/bytes-held.ts';
import {address, rules} from './clients.ts';

/*
 * One of the processes of bench/local-soak.ts: an app with a gate; operators who are never idle; and beside what comes over
 * HTTP, so many new addresses a second, directly to the store, however fast the machine is.
 */

const NEW_A_SECOND = 1000;
/** Milliseconds. */
const FLOOD_EVERY = 20;
const OPERATE_EVERY = 250;

/** What a process holds. */
export interface Held {
	/** Bytes. */
	readonly heap: number;
	readonly resident: number;
	/** Of these, what it does not share with other processes or with files. */
	readonly own: number;
	readonly descriptors: number;
	readonly handles: number;
	/** Milliseconds: the longest that a timer had to wait since the last look. */
	readonly longest: number;
	/** Decisions of the store and commands of operators that failed so far, and how many decisions there were. */
	readonly failures: number;
	readonly questions: number;
	/** How many new addresses have asked the store directly. */
	readonly newcomers: number;
}

const delays = monitorEventLoopDelay({resolution: 10});
let failedCommands = 0;

/** @param first the first of the new addresses: no other process may use those that follow */
export function serveSoak(path: string, first: number): void {
	const store = new LocalStore({path});
	const gate = gatekeeper({
		store,
		rateLimitRule: [100, 60],
		banRule: {count: 3, window: 60, duration: [5, 15, 30], forgetAfter: 60},
		ipHeader: 'X-Forwarded-For',
	});
	const app = new Koa();
	const router = new Router();
	app.silent = true;
	app.use(gate);
	router.get('/', ctx => {
		ctx.body = 'ok';
	});
	// Half of all passwords are wrong. Those that are right are given back.
	const failures = specific({count: 20, window: 60, name: 'failures', countWhen: [401]});
	router.get('/login', failures, ctx => {
		if (Math.random() < 0.5) {
			ctx.report({reason: 'wrong password'});
			ctx.status = 401;
		} else {
			ctx.body = 'welcome';
		}
	});
	app.use(router.routes());
	const server = app.listen(0, '127.0.0.1', () => {
		process.send?.({port: (server.address() as AddressInfo).port});
	});
	setInterval(() => {
		// A command fails if the machine does not run this process for half a second.
		operate(gate).catch(() => {
			failedCommands += 1;
		});
	}, OPERATE_EVERY);
	delays.enable();
	const begin = performance.now();
	let newcomers = 0;
	setInterval(() => {
		const due = ((performance.now() - begin) / 1000) * NEW_A_SECOND;
		for (; newcomers < due; newcomers += 1) {
			void store.admit(address(first + newcomers), rules, {});
		}
	}, FLOOD_EVERY);
	process.on('message', () => process.send?.({...held(gate), newcomers} satisfies Held));
}

/** Bans and unbans clients and a range; looks at one; now and then lists all bans. */
async function operate(gate: Gatekeeper): Promise<void> {
	const any = () => address(Math.floor(Math.random() * 100_000));
	const range = `198.51.${Math.floor(Math.random() * 100)}.0/24`;
	await gate.ban(any(), {duration: 20, reason: 'by hand'});
	await gate.ban(range, {duration: 20});
	await gate.unban(any());
	await gate.unban(range);
	await gate.inspect(any());
	await gate.reset(any());
	if (Math.random() < 0.05) {
		for await (const ban of gate.bans()) {
			if (Math.random() < 0.01) {
				await gate.unban(ban.client);
			}
		}
	}
}

function held(gate: Gatekeeper): Omit<Held, 'newcomers'> {
	const {failures, questions} = gate.stats().store;
	const longest = delays.max / 1e6;
	delays.reset();

	return {
		heap: bytesHeld(),
		resident: process.memoryUsage.rss(),
		own: ownBytes(),
		descriptors: descriptors(),
		handles: process.getActiveResourcesInfo().length,
		longest,
		failures: failures + failedCommands,
		questions,
	};
}

function ownBytes(): number {
	try {
		const told = readFileSync('/proc/self/status', 'utf8');
		return 1024 * Number(/^RssAnon:\s*(\d+)/m.exec(told)?.[1]);
	} catch {
		return Number.NaN;
	}
}

function descriptors(): number {
	try {
		return readdirSync('/proc/self/fd').length;
	} catch {
		return Number.NaN;
	}
}
