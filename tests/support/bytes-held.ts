import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What this process holds, once all that nobody needs is gone. */
export function bytesHeld(): number {
	// What array buffers held is told free only the second time.
	collectGarbage();
	collectGarbage();
	const {heapUsed, arrayBuffers} = process.memoryUsage();

	return heapUsed + arrayBuffers;
}
