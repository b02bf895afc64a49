export {dashboard} from './dashboard/dashboard.ts';
export type {
	BanEntry,
	BanList,
	ChangeResult,
	DashboardData,
	FoundClient,
	History,
	KnownClient,
	ProcessSeen,
	RefusedClient,
	RefusingRule,
	StoreHealth,
	UnknownClient,
	VerdictName,
} from './dashboard/json/dashboard-json.ts';
export type {DashboardOptions} from './dashboard/options.ts';
