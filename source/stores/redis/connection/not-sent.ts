import {notSent} from '../../unfinished-error.ts';

export function connectionLost(): Error {
	return notSent('The Redis client has lost its connection');
}

/** For a client of node-redis, which does not connect by itself. */
export function notOpen(): Error {
	return notSent('The Redis client is closed, or nobody has called its connect()');
}

/** For a question that was given up before its client was connected. */
export function notConnected(): Error {
	return notSent('The Redis client was not connected in time');
}
