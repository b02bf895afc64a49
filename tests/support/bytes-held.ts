import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** How many bytes this process holds after garbage collection. */
export function bytesHeld(): number {
	// The memory of array buffers is reported as free only after the second collection.
	collectGarbage();
	collectGarbage();
	const {heapUsed, arrayBuffers} = process.memoryUsage();

	return heapUsed + arrayBuffers;
}
