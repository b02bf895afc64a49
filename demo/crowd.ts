/*
 * Sends the demo a crowd of visitors with a few attackers, until it is stopped. The demo's own proxy would name each
 * client in X-Forwarded-For: here the crowd itself does.
 */
import {Agent, request} from 'node:http';
import {crowdSocket} from './crowd-socket.ts';

interface Visit {
	readonly method?: string;
	readonly path: string;
	readonly body?: string;
}

/** Someone who makes requests. */
interface Visitor {
	/** Its address at each request: most keep one. */
	readonly address: () => string;
	/** Milliseconds between two requests, on average. */
	readonly pause: number;
	readonly visits: readonly [Visit, ...Visit[]];
}

const port = Number(process.env.PORT ?? 3000);
const agent = new Agent({keepAlive: true, maxSockets: 50});
const statuses = new Map<number, number>();

const page: Visit = {path: '/ping'};
const search: Visit = {path: '/global_plus_specific'};
const news: Visit = {path: '/standalone'};

function login(password: string): Visit {
	return {method: 'POST', path: '/login', body: JSON.stringify({password})};
}

function many(count: number, visitor: (index: number) => Visitor): readonly Visitor[] {
	return Array.from({length: count}, (_, index) => visitor(index));
}

const crowd: readonly Visitor[] = [
	// Visitors, who look around and sometimes sign in.
	...many(40, index => ({
		address: () => `198.51.100.${index + 1}`,
		pause: 4000,
		visits: [page, page, page, login('password')],
	})),
	...many(20, index => ({
		address: () => `2001:db8:${index + 1}::7`,
		pause: 15_000,
		visits: [page, page, search, news],
	})),
	// Someone who has forgotten the password.
	{address: () => '198.51.100.99', pause: 25_000, visits: [login('pass'), login('word'), page]},
	// Two who guess passwords, and one who takes a new address of its /64 for each guess.
	...many(2, index => ({
		address: () => `203.0.113.${index + 66}`,
		pause: 400,
		visits: [login('123456'), login('qwerty'), login('letmein')],
	})),
	{
		address: () => `2001:db8:bad:cafe::${Math.floor(Math.random() * 0xffff).toString(16)}`,
		pause: 500,
		visits: [login('hunter2'), login('dragon')],
	},
	// A scraper, and a client that asks for news far too often.
	{address: () => '203.0.113.9', pause: 150, visits: [page, page, search]},
	{address: () => '203.0.113.201', pause: 700, visits: [news]},
];

function send(address: string, {method = 'GET', path, body}: Visit): void {
	const headers = {
		'X-Forwarded-For': address,
		...(body !== undefined && {'Content-Type': 'application/json'}),
	};
	const sent = request({socketPath: crowdSocket(port), agent, method, path, headers}, response => {
		const status = response.statusCode ?? 0;
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
		response.resume();
	});
	sent.on('error', () => {
		console.error(`Nothing listens. Start the demo first: npm run demo (on port ${port})`);
		process.exit(1);
	});
	sent.end(body);
}

/** Comes again and again. */
function come({address, pause, visits}: Visitor): void {
	const wait = pause * (0.5 + Math.random());
	setTimeout(() => {
		const visit = visits[Math.floor(Math.random() * visits.length)] ?? visits[0];
		send(address(), visit);
		come({address, pause, visits});
	}, wait);
}

for (const visitor of crowd) {
	come(visitor);
}

console.log(`A crowd of ${crowd.length} comes to the demo on port ${port}. Stop it with Ctrl+C.`);
setInterval(() => {
	const counts = [...statuses].sort(([one], [other]) => one - other);
	console.log(counts.map(([status, count]) => `${status}: ${count}`).join('   '));
}, 5000);
