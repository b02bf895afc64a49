export {dashboard} from './dashboard/dashboard.ts';
export type {
	BanEntry,
	BanList,
	ChangeResult,
	DashboardData,
	FoundClient,
	History,
	ProcessSeen,
	RefusedClient,
	RefusingRule,
	StoreHealth,
	VerdictName,
} from './dashboard/json/dashboard-json.ts';
export type {DashboardOptions} from './dashboard/options.ts';
