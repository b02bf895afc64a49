import {types} from 'node:util';
import {memoizeByList} from '../collections/memoize-by-list.ts';
import {type Mark, markOf} from './mark.ts';
import type {RouteLayer} from './router.ts';

/**
 * Marks that ran although no function of their layer shows one. A tool that wraps functions, such as
 * OpenTelemetry, hides their marks.
 */
const hiddenMarks = new WeakMap<RouteLayer, Mark>();

/** What the quick test of a request needs to know of a router's stack. */
export const survey = memoizeByList((stack: readonly RouteLayer[]) => ({
	marked: stack.filter(layer => marksOf(layer).length > 0),
	hasHiddenMarks: stack.some(layer => hiddenMarks.has(layer)),
	/** Whether matching changes what matches next. */
	isStateful: stack.some(layer => isStateful(layer.regexp)),
}));

/** A global or sticky regular expression continues where it last ended. */
export function isStateful(pattern: unknown): boolean {
	return types.isRegExp(pattern) && (pattern.global || pattern.sticky);
}

/** The marks of a layer, or of those of its functions that are given. */
export function marksOf(layer: RouteLayer, functions = layer.stack): Mark[] {
	const hidden = hiddenMarks.get(layer);
	const visible = functions.map(markOf).filter(mark => mark !== undefined);

	return hidden ? [...visible, hidden] : visible;
}

/** Remembers that a layer of this stack runs a mark. */
export function rememberMark(stack: readonly RouteLayer[], layer: RouteLayer, mark: Mark): void {
	hiddenMarks.set(layer, mark);
	survey.forget(stack);
}
