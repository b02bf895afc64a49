import type {DashboardData} from '../json/dashboard-json.ts';
import {entryKey} from '../view/names.ts';

/** While the pointer is over the bans, new ones come last, so that no button moves away from under it. */
export function holdOrder(data: DashboardData): DashboardData {
	const list = document.querySelector('#ban-list:hover tbody');
	if (list === null) {
		return data;
	}

	const keys = [...list.children].map(row => row.getAttribute('data-key') ?? '');
	const placeOf = (client: string) => {
		const index = keys.indexOf(entryKey(client));
		return index === -1 ? keys.length : index;
	};
	const entries = data.bans.entries.toSorted(
		(one, other) => placeOf(one.client) - placeOf(other.client),
	);

	return {...data, bans: {...data.bans, entries}};
}
