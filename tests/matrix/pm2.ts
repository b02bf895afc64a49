import type {Project} from './project.ts';

const server = `
const {rmSync} = require('node:fs');
const {join} = require('node:path');
const Koa = require('koa');
const {gatekeeper} = require('koa-gatekeeper');
const {LocalStore} = require('koa-gatekeeper/local');
const app = new Koa();
app.silent = true;
app.use((ctx, next) => {
	ctx.set('X-Process', process.pid);
	return next();
});
app.use(
	gatekeeper({
		banRule: [3, 60, 600],
		rateLimitRule: {count: 100, window: 60, name: 'global'},
		ipHeader: 'X-Real-IP',
		store: new LocalStore({path: join(__dirname, 'test.mdb')}),
	}),
);
app.use(ctx => {
	if (ctx.path === '/login') {
		ctx.report();
		ctx.throw(401);
	}

	ctx.body = 'pong';
});
const {NODE_APP_INSTANCE: number, SOCKET: shared} = process.env;
const own = join(__dirname, number + '.sock');
// A process that was ended leaves its socket.
rmSync(own, {force: true});
app.listen(shared ?? own);
`;

/** Four processes get 2,000 requests of one client at once, in ten rounds; then a ban outlives all of them. */
const check = `
const {execFileSync} = require('node:child_process');
const http = require('node:http');
const {join} = require('node:path');
const {setTimeout: sleep} = require('node:timers/promises');

const {env} = require('./ecosystem.config.cjs').apps[0];
const places = [0, 1, 2, 3].map(number => ({
	socketPath: env.SOCKET ?? join(__dirname, number + '.sock'),
	agent: new http.Agent({keepAlive: true, maxSockets: 32}),
}));

const pm2 = (...words) =>
	execFileSync('npx', ['pm2', ...words], {env: {...process.env, PM2_HOME: join(__dirname, '.pm2')}});

const ask = (place, client, path = '/') =>
	new Promise((resolve, reject) => {
		const request = http.get({...places[place], path, headers: {'X-Real-IP': client}}, response => {
			response.resume();
			response.on('end', () => {
				resolve({status: response.statusCode, process: response.headers['x-process']});
			});
		});
		request.on('error', reject);
	});

const askAll = (requests, client) =>
	Promise.all(Array.from({length: 4 * requests}, (_, index) => ask(index % 4, client)));

const expect = (what, found, wanted) => {
	if (found !== wanted) throw new Error(what + ': ' + found + ', and not ' + wanted);
};

/** Waits until four processes answer, none of which is one of these. */
async function areUp(before = new Set()) {
	for (let attempt = 0; attempt < 100; attempt += 1) {
		await sleep(200);
		// New connections reach other processes.
		places.forEach(({agent}) => agent.destroy());
		const answers = await askAll(8, '192.0.2.1').catch(() => []);
		const processes = new Set(answers.map(({process}) => process));
		if (processes.size === 4 && ![...processes].some(process => before.has(process))) return processes;
	}

	throw new Error('The processes do not answer');
}

async function check() {
	let processes = await areUp();
	for (let round = 1; round <= 10; round += 1) {
		const statuses = (await askAll(500, '203.0.113.' + round)).map(({status}) => status);
		expect('admitted', statuses.filter(status => status === 200).length, 100);
		expect('refused', statuses.filter(status => status === 429).length, 1900);
	}

	for (const place of [0, 1, 2]) {
		expect('a login', (await ask(place, '198.51.100.1', '/login')).status, 401);
	}

	for (const command of ['reload', 'restart']) {
		pm2(command, 'all');
		processes = await areUp(processes);
		for (const {status} of await askAll(8, '198.51.100.1')) {
			expect('of a banned client', status, 403);
		}
	}
}

(async () => {
	try {
		pm2('start', 'ecosystem.config.cjs');
		await check();
	} finally {
		pm2('kill');
	}

	process.exit();
})();
`;

const underPm2 = (app: string): Project => ({
	packages: ['koa', 'lmdb', 'pm2@7'],
	files: {
		'server.cjs': server,
		'check.cjs': check,
		'ecosystem.config.cjs': `const {join} = require('node:path');
module.exports = {apps: [{name: 'app', script: 'server.cjs', instances: 4, ${app}}]};`,
	},
	commands: ['node check.cjs'],
});

export const pm2: Readonly<Record<string, Project>> = {
	'local, pm2 in cluster mode': underPm2(
		"exec_mode: 'cluster', env: {SOCKET: join(__dirname, 'all.sock')}",
	),
	'local, pm2 in fork mode': underPm2("exec_mode: 'fork', env: {}"),
};
