import test from 'ava';
import {manualClockStore} from '../../support/manual-clock.ts';
import {storeContract} from '../contract.ts';

storeContract(test, 'MemoryStore', manualClockStore, {histories: 1200});
