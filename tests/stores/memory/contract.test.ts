import test from 'ava';
import {manualClockStore} from '../../support/gated-app.ts';
import {storeContract} from '../contract.ts';

storeContract(test, 'MemoryStore', manualClockStore, {histories: 1200});
