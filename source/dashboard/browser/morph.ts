/*
 * Makes one tree of elements like another, and touches only what differs, so that focus, selection, scrolling and
 * what was typed stay. Children are told apart by `id` or `data-key`. Elements with `data-keep` belong to the
 * script, and those with `data-busy` wait for an answer: both are left alone.
 */

/** The browsers that know it keep the focus and the state of an element that moves. */
interface Movable {
	moveBefore?(node: Node, before: Node | null): void;
}

export function morph(from: Element, to: Element): void {
	if (isLeftAlone(from) || from.isEqualNode(to)) {
		return;
	}

	morphAttributes(from, to);
	morphChildren(from, to);
}

function isLeftAlone(element: Element): boolean {
	return element.hasAttribute('data-keep') || element.hasAttribute('data-busy');
}

function morphAttributes(from: Element, to: Element): void {
	for (const {name} of [...from.attributes]) {
		if (!to.hasAttribute(name) && !isOfVisitor(from, name)) {
			from.removeAttribute(name);
		}
	}

	for (const {name, value} of to.attributes) {
		if (from.getAttribute(name) !== value && !isOfVisitor(from, name)) {
			from.setAttribute(name, value);
		}
	}
}

/** Whether the visitor opens and closes it. */
function isOfVisitor(element: Element, attribute: string): boolean {
	return attribute === 'open' && element.localName === 'details';
}

function morphChildren(from: Element, to: Element): void {
	const wanted = new Set([...to.children].map(keyOf));
	const keyed = new Map<string, Element>();
	for (const child of [...from.children]) {
		const key = keyOf(child);
		if (key !== undefined && !wanted.has(key)) {
			child.remove();
		} else if (key !== undefined) {
			keyed.set(key, child);
		}
	}

	let current = from.firstChild;
	for (const next of [...to.childNodes]) {
		const match = matchOf(next, keyed, current);
		if (match === undefined) {
			from.insertBefore(next, current);
			continue;
		}

		if (match === current) {
			current = current.nextSibling;
		} else {
			move(from, match, current);
		}

		morphNode(match, next);
	}

	while (current !== null) {
		const after: ChildNode | null = current.nextSibling;
		current.remove();
		current = after;
	}
}

/** The node of the page that becomes the next one. Each is taken once. */
function matchOf(
	next: Node,
	keyed: Map<string, Element>,
	current: ChildNode | null,
): ChildNode | undefined {
	const key = keyOf(next);
	if (key !== undefined) {
		const match = keyed.get(key);
		keyed.delete(key);
		return match?.nodeName === next.nodeName ? match : undefined;
	}

	// A text becomes only the text that stands in its place.
	let candidate = current;
	while (candidate !== null && next instanceof Element && !isLike(candidate, next)) {
		candidate = candidate.nextSibling;
	}

	return candidate !== null && isLike(candidate, next) ? candidate : undefined;
}

function isLike(candidate: Node, next: Node): boolean {
	return candidate.nodeName === next.nodeName && keyOf(candidate) === undefined;
}

function morphNode(from: Node, to: Node): void {
	if (from instanceof Element && to instanceof Element) {
		morph(from, to);
	} else if (from.nodeValue !== to.nodeValue) {
		from.nodeValue = to.nodeValue;
	}
}

function move(parent: Element & Movable, node: Node, before: Node | null): void {
	if (parent.moveBefore) {
		parent.moveBefore(node, before);
	} else {
		parent.insertBefore(node, before);
	}
}

function keyOf(node: Node): string | undefined {
	return node instanceof HTMLElement ? node.id || node.dataset.key : undefined;
}
