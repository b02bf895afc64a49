export {fromBrowser, fromOtherSite} from './browsers/other-sites.ts';
export type {Duration} from './checks/duration.ts';
export {AddressList} from './client/address/address-list.ts';
export type {ClientName} from './client/client-name.ts';
export type {
	Ban,
	BanOptions,
	Exemption,
	Explanation,
	GateState,
	GateVerdict,
	Refusal,
	RefusalKind,
	ReportOptions,
	Standing,
} from './context.ts';
export {type Gatekeeper, gatekeeper} from './gatekeeper.ts';
export type {RouterLike} from './marks/router.ts';
export type {ClientLimit, ClientStanding} from './operator/inspect.ts';
export type {Operator} from './operator/operator.ts';
export type {SpecificKey} from './operator/targets.ts';
export type {BanDuration, BanRule} from './options/ban-rule.ts';
export type {ContextOf} from './options/context-of.ts';
export type {Cost, CountWhen, LimitRule, LimitRules, LimitRulesFor} from './options/limit-rules.ts';
export type {
	ClientTest,
	GatekeeperOptions,
	HeaderStyle,
	KeyOf,
	OnRefused,
	ReportWhen,
} from './options/options.ts';
export {bypass} from './routes/bypass.ts';
export {type SpecificOptions, specific} from './routes/specific.ts';
export type {AskOptions} from './stores/ask-options.ts';
export type {
	BanOutcome,
	NewBan,
	RangeBan,
	Report,
	ReportOutcome,
	StoredBan,
} from './stores/ban-records.ts';
export type {StoreErrorPolicy} from './stores/guard/failure-policy.ts';
export type {Inspection} from './stores/inspection.ts';
export {MemoryStore} from './stores/memory/memory-store.ts';
export type {MemoryStoreOptions} from './stores/memory/options.ts';
export type {Rule, SettledBanRule} from './stores/rule.ts';
export type {Store} from './stores/store.ts';
export type {
	AdmitOptions,
	Admitted,
	Banned,
	Counted,
	Limited,
	Quota,
	Verdict,
} from './stores/verdict.ts';
export type {
	BannedEvent,
	GateEventName,
	GateEvents,
	GateListener,
	RefusedEvent,
	ReportedEvent,
	StoreFailedEvent,
	UnbannedEvent,
} from './telemetry/events.ts';
export type {Stats, StoreStats} from './telemetry/stats.ts';
export type {Watching} from './telemetry/watching.ts';
export type {AppLike, UpgradeChecks, UpgradeRefusal} from './upgrades/check-upgrades.ts';
export {refuseUpgrade} from './upgrades/refuse-upgrade.ts';
