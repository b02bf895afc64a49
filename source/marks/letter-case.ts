import {plainStart} from './plain-start.ts';
import {isRoute, type RouteLayer} from './router.ts';

/** What may stand for any number of segments of a path. */
const anyDepth = /[(*{\\]/;

/**
 * Whether `router.use` placed a layer at a path that it takes in one letter case alone, and there is a route below that
 * takes any: `/API/login` then passes what the layer runs. The routers do so in version 14, and in 15 for the prefix of a
 * router and for nested ones, unless their option `sensitive` is set.
 */
export function takesOneCase(layer: RouteLayer, stack: readonly RouteLayer[]): boolean {
	const {path, regexp} = layer;
	if (isRoute(layer) || typeof path !== 'string' || regexp.ignoreCase) {
		return false;
	}

	const start = plainStart(path);
	return /[a-z]/.test(start) && stack.some(route => isRoute(route) && mayBeBelow(route, start));
}

/** Whether a route may take any letter case of a path that begins in this way. */
function mayBeBelow({path, regexp}: RouteLayer, start: string): boolean {
	// Where a regular expression leads is not known.
	if (!regexp.ignoreCase || typeof path !== 'string') {
		return regexp.ignoreCase;
	}

	const own = path.toLowerCase();
	if (own.startsWith(start)) {
		return true;
	}

	const segments = own.split('/');
	for (const [at, wanted] of start.split('/').entries()) {
		const segment = segments[at];
		if (segment !== undefined && anyDepth.test(segment)) {
			return true;
		}

		if (segment !== wanted && !segment?.includes(':')) {
			return false;
		}
	}

	return true;
}
