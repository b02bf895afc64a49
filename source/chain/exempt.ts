import type {Context, Middleware, Next} from 'koa';
import type {Settings} from '../settings.ts';
import {isGateOf} from './gate-identity.ts';
import {currentPassage, type Foresight, type Passage, passageOf} from './passage.ts';
import {Probation} from './probation.ts';
import {foresee, type Mark, routedPath} from './route-marks.ts';
import {seenRouters} from './seen-routers.ts';

/**
 * Foresees whether the router will run a mark, and then exempts the request from the global rules. The
 * mark proves it by running; a request that comes back unproven is counted late.
 */
export function exempt(settings: Settings): Middleware {
	const {excludedMethods, routers, warn} = settings;
	const isGate = isGateOf(settings);
	const look = routers ? () => routers : seenRouters(isGate, warn);
	const probation = new Probation(settings);

	return function exempt(ctx, next) {
		const passage = currentPassage(ctx);
		if (excludedMethods.size > 0 && excludedMethods.has(ctx.method.toUpperCase())) {
			passage.exemption = 'method';
		}

		const mark = foresee(ctx, look(ctx), isGate);
		if (mark === undefined) {
			return next();
		}

		const mayPass = probation.begin(passage.client);
		passage.foresight = {
			mark,
			method: ctx.method,
			path: routedPath(ctx),
			probation,
			outcome: mayPass ? 'unproven' : 'withheld',
		};
		return mayPass ? passUnproven(passage, passage.foresight, next) : next();
	};
}

/** For marks, when the router runs them: what was foreseen for this method and path has come true. */
export function prove(ctx: Context, mark: Mark): void {
	for (let passage = passageOf(ctx); passage; passage = passage.outer) {
		const {foresight, settings, client} = passage;
		if (foresight === undefined) {
			warnUnforeseen(settings, mark, ctx);
		} else if (
			foresight.outcome === 'unproven' &&
			foresight.mark === mark &&
			foresight.method === ctx.method &&
			foresight.path === routedPath(ctx)
		) {
			foresight.outcome = 'proven';
			foresight.probation.end(client);
		}
	}
}

async function passUnproven(passage: Passage, foresight: Foresight, next: Next): Promise<void> {
	const otherwise = passage.exemption;
	passage.exemption = foresight.mark.kind;

	try {
		await next();
	} finally {
		if (foresight.outcome === 'unproven') {
			passage.exemption = otherwise;
			await countLate(passage, foresight);
			foresight.probation.end(passage.client);
		}
	}
}

/** Counts what the global rules were not asked about; over the quota, no exemption for a while. */
async function countLate(passage: Passage, {probation, path}: Foresight): Promise<void> {
	const {settings, client, exemption, immune, verdict} = passage;
	const wasRefused = verdict.kind === 'banned' || verdict.kind === 'unavailable';
	if (wasRefused) {
		return;
	}

	const rules = exemption === 'method' ? [] : settings.rules;
	const decision = await settings.guarded.admit(client, rules, {immune, late: true});
	if (decision.kind !== 'admitted') {
		probation.suspend(client);
		settings.warn(
			'GATEKEEPER_MARK_UNPROVEN',
			`A bypass() or standalone route was foreseen for ${path} but did not run, and the client is over its quota: its exemptions are suspended. Something between the gate and the router answers, or rewrites the path`,
		);
	}
}

function warnUnforeseen({warn}: Settings, {kind}: Mark, ctx: Context): void {
	const route = String(ctx._matchedRoute ?? ctx.path);

	warn(
		'GATEKEEPER_MARK_UNFORESEEN',
		`A ${kind} mark on ${route} was not foreseen, so that the global rules have counted the request. Place the router after the gate with app.use, name it in gatekeeper({routers: [router]}), or mount the gate with router.use; a mark that another route runs before, or that a tool has wrapped, cannot be foreseen`,
	);
}
