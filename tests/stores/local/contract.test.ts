import test from 'ava';
import {openLocalStore} from '../../support/local/opened.ts';
import {storeContract} from '../contract.ts';

storeContract(
	test,
	'LocalStore',
	t => {
		const opened = openLocalStore();
		t.teardown(() => opened.store.close());
		return opened;
	},
	{histories: 120},
);
