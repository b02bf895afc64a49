import type {Context} from 'koa';
import {secondsLeft} from '../checks/duration.ts';
import type {Refusal} from '../context.ts';
import type {Report, ReportOutcome} from '../stores/ban-records.ts';
import type {BannedEvent} from './events.ts';
import {KnownRules} from './known-rules.ts';
import {Listeners} from './listeners.ts';
import {Tally} from './tally.ts';

/** A ban that has begun. */
interface BegunBan extends Omit<BannedEvent, 'retryAfter'> {
	/** Milliseconds, or Infinity. */
	readonly endsInMs: number;
}

/** What a gate counts and tells of its work. An event of a request is not made unless somebody listens. */
export class Telemetry {
	readonly listeners = new Listeners();
	readonly tally = new Tally();
	/** The rules under which clients were counted, besides the global ones that apply to every request. */
	readonly clientRules = new KnownRules();
	/** Those under which the keys of a `specific` were. */
	readonly keyRules = new KnownRules();

	refused(ctx: Context, client: string, refusal: Refusal, isDryRun: boolean): void {
		if (this.listeners.has('refused')) {
			const {text: _, ...rest} = refusal;
			const event = {client, ...rest, ...(isDryRun && {dryRun: true as const}), ctx};
			this.listeners.tell('refused', event, ctx);
		}
	}

	/** @param ctx absent for a report by an operator */
	reported(
		client: string,
		{weight, reason}: Report,
		{reports, banEndsInMs, begunForMs, strike}: ReportOutcome,
		ctx?: Context,
	): void {
		const given = reason === undefined ? undefined : {reason};
		this.tally.reports += 1;
		if (this.listeners.has('reported')) {
			const banned = banEndsInMs !== undefined;
			const event = {client, weight, reports, banned, ...given, ...(ctx && {ctx})};
			this.listeners.tell('reported', event, ctx);
		}

		if (begunForMs !== undefined) {
			const numbered = strike === undefined ? undefined : {strike};
			this.banned({client, by: 'reports', ...given, endsInMs: begunForMs, ...numbered}, ctx);
		}
	}

	banned({endsInMs, ...ban}: BegunBan, ctx?: Context): void {
		this.tally.bans += 1;
		if (this.listeners.has('banned')) {
			this.listeners.tell('banned', {...ban, retryAfter: secondsLeft(endsInMs)}, ctx);
		}
	}

	unbanned(client: string): void {
		this.listeners.tell('unbanned', {client});
	}

	storeFailed(error: unknown): void {
		this.tally.store.isFailing = true;
		this.listeners.tell('storeFailed', {error});
	}

	storeRecovered(): void {
		this.tally.store.isFailing = false;
		this.listeners.tell('storeRecovered', {});
	}
}
