import {parentPort, workerData} from 'node:worker_threads';
import {LocalStore} from '../../../source/local.ts';

/*
 * The program of a thread: tells the error of a store that it makes.
 */

try {
	new LocalStore({path: workerData});
} catch (error) {
	parentPort?.postMessage(String(error));
}
